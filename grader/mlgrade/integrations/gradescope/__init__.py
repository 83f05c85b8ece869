"""An autograder for Gradescope: the zip that is uploaded there, and what runs inside.

package   the zip: setup.sh, run_autograder, the course, mlgrade
late      what Gradescope knows of the time
results   a job -> results.json
__main__  what run_autograder starts
"""
