"""Questions for PrairieLearn that its external grader hands to mlgrade, one for each concept.

package   the questions, and the image that they are graded in
results   a job -> results.json
__main__  what the question's run script starts
"""
