"""mlgrade adapter prairielearn: questions with an external grader."""

from __future__ import annotations

from pathlib import Path

import click

from mlgrade.cli import options


@click.command("prairielearn")
@click.argument("target", metavar="OUT_DIR", type=click.Path(path_type=Path))
@click.option("--unit", "units", multiple=True, metavar="NAME", help="Only this unit; may be given several times.")
@click.option("--concept", "concepts", multiple=True, metavar="NAME", help="Only this concept; likewise.")
@click.option(
    "--image",
    default="mlgrade-grader:latest",
    show_default=True,
    help="Under which name the image is built and pulled; you build it from OUT_DIR/image.",
)
@click.option("--each-hidden", is_flag=True, help="A line for each hidden check. Default: one line for all of them.")
@click.option(
    "--allow-weak-isolation",
    is_flag=True,
    help="Grade there with weaker isolation (docs/how-to/prairielearn.md).",
)
@click.option("--wheel", type=click.Path(path_type=Path), help="A built mlgrade wheel. Default: this very mlgrade.")
@options.course
def command(
    target: Path,
    units: tuple[str, ...],
    concepts: tuple[str, ...],
    image: str,
    each_hidden: bool,
    allow_weak_isolation: bool,
    wheel: Path | None,
    course: Path | None,
) -> None:
    """Write PrairieLearn questions, one for each concept, and the image that grades them.

    Copy OUT_DIR/questions into your PrairieLearn course; build the image once from OUT_DIR/image. Scores are those of
    mlgrade grade. What cannot be graded costs no attempt, and our own fault costs nobody anything.

    \b
    Examples:
      mlgrade adapter prairielearn pl --unit core_objects --image ml/grader:1
      mlgrade adapter prairielearn pl --concept softmax --each-hidden
    """
    from mlgrade.integrations import packaging
    from mlgrade.integrations.prairielearn import package

    loaded = options.load_course(course)
    wanted = packaging.chosen(loaded, units, concepts)
    files = package.built(
        loaded, wanted, image, wheel=wheel, each_hidden=each_hidden, allow_weak_isolation=allow_weak_isolation
    )
    packaging.unpack(files, target, package.scripts(files))
    click.echo(package.summary(wanted, image, options.shown(target)))
