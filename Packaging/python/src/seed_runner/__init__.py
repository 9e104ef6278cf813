"""Runs the program seed-runner, which this package contains.

    import seed_runner

    seed_runner.run("--all", "--no-built-in", database_url="postgresql://localhost/shop")

The package also has a pytest plugin: see ``seed_runner.pytest_plugin``.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sysconfig

__all__ = ["SeedRunnerError", "program", "run"]


class SeedRunnerError(Exception):
    """A command failed. The message is what the program wrote to standard error."""

    def __init__(self, arguments: list[str], exit_code: int, errors: str) -> None:
        super().__init__(f"seed-runner {' '.join(arguments)} failed with exit code {exit_code}\n{errors.strip()}")
        #: The exit code of the program, such as 65 for bad data.
        self.exit_code = exit_code


def program() -> str:
    """The path of the program.

    :raises FileNotFoundError: if it was removed from the environment.
    """
    folders = [
        sysconfig.get_path("scripts"),
        # pip install --user
        sysconfig.get_path("scripts", "posix_user"),
        # pip install --target
        str(pathlib.Path(__file__).parent.parent / "bin"),
    ]
    for folder in folders:
        path = os.path.join(folder, "seed-runner")
        if os.access(path, os.X_OK):
            return path
    if path := shutil.which("seed-runner"):
        return path
    raise FileNotFoundError(f"seed-runner is in none of these folders: {', '.join(folders)}")


def run(
    *arguments: str,
    database_url: str | None = None,
    project: str | os.PathLike[str] | None = None,
    environment: str | None = None,
) -> str:
    """Runs a command and waits for its end.

    :param arguments: the command line, such as ``"--all", "--no-built-in"``.
    :param database_url: the database. By default ``DATABASE_URL``, the ``PG…`` variables, or the embedded PostgreSQL.
        The driver in ``postgresql+asyncpg://`` and the like is ignored.
    :param project: the folder with ``Config/`` and ``Seeders/``. By default it is searched upwards from the working
        directory.
    :param environment: ``dev``, ``test``, ``ci``, ``ci-local`` or ``production``. By default ``SEED_ENV``, or ``dev``.
    :returns: what the program wrote to standard output.
    :raises SeedRunnerError: if the exit code is not 0.
    """
    variables = dict(os.environ)
    # In variables instead of arguments, because other users can see the arguments of a process.
    if database_url is not None:
        variables["DATABASE_URL"] = database_url
    if project is not None:
        variables["SEED_PROJECT_PATH"] = os.fspath(project)
    if environment is not None:
        variables["SEED_ENV"] = environment
    end = subprocess.run(
        [program(), *arguments],
        check=False,
        env=variables,
        cwd=project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if end.returncode != 0:
        raise SeedRunnerError(list(arguments), end.returncode, end.stderr)
    return end.stdout
