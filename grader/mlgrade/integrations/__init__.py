"""Where a class already is: packages that grade inside Gradescope and PrairieLearn, and the part that runs there.

bundle        what every package carries: the course's files, this mlgrade, the exact versions it runs with
job           one student's folder -> reports, with the rules and the engine of `mlgrade grade`
points        a concept's score as points of its checks that add up to it
gradescope    the autograder zip, and results.json
github        workflows that check every push, and grade in the repository of the staff
prairielearn  questions with an external grader, and results.json
"""
