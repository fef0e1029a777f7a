"""Set up `.venv` and start a program in it: `python3 scripts/bootstrap.py run|dev [program argument...]`.

`run` installs what Luwte needs to run, `dev` what building and testing needs too. Without a program, `run` starts
`luwte run`. What is set up already is not set up again, so that a second start is fast.

Written so that even Python 2.7 can read it: a Python that is too old must get as far as saying so in one sentence.
"""

from __future__ import print_function

import hashlib
import json
import os
import shutil
import subprocess
import sys

NEEDED = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "luwte-stamp.json")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")


class SetupError(Exception):
    """A set-up that cannot go on; its text is one sentence that says what to do."""


def say(text):
    """Print a line at once, so that people see what is being done while it is done."""
    print(text)
    sys.stdout.flush()


def version_of(program):
    """Return (major, minor) of a Python program, or None where it does not start."""
    command = [program, "-c", "import sys; print('%d %d' % sys.version_info[:2])"]
    try:
        words = subprocess.check_output(command, stderr=subprocess.STDOUT).split()
        return int(words[0]), int(words[1])
    except (OSError, ValueError, IndexError, subprocess.CalledProcessError):
        return None


def newer_python():
    """Return the name of a Python on the PATH that is new enough, or None."""
    for program in NEWER:
        version = version_of(program)
        if version is not None and version >= NEEDED:
            return program
    return None


def ensure_python(arguments):
    """Go on under a newer Python where this one is too old; raise SetupError where there is none."""
    if sys.version_info[:2] >= NEEDED:
        return
    program = newer_python()
    if program is None:
        raise SetupError(
            "Luwte needs Python %d.%d or newer and this is Python %d.%d: install a newer one "
            "(on Debian or Ubuntu: apt-get install python3 python3-venv) and try again."
            % (NEEDED + tuple(sys.version_info[:2]))
        )
    os.execvp(program, [program, os.path.abspath(__file__)] + arguments)


def ensure_venv_module():
    """Raise SetupError where Python comes without what makes virtual environments."""
    try:
        import ensurepip
        import venv
    except ImportError:
        raise SetupError(
            "This Python cannot make virtual environments: install its venv module "
            "(on Debian or Ubuntu: apt-get install python%d.%d-venv) and try again." % tuple(sys.version_info[:2])
        )
    return ensurepip, venv


def digest(paths):
    """Return one hash over names and contents of files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        with open(path, "rb") as file:
            content = file.read()
        total.update(("%s %d\n" % (os.path.relpath(path, ROOT), len(content))).encode("utf-8"))
        total.update(content)
    return total.hexdigest()


def plugin_cards():
    """Return the paths of all plugin.toml files: they name the entry points that the installation holds."""
    folder = os.path.join(ROOT, "plugins")
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    paths = [os.path.join(folder, name, "plugin.toml") for name in names]
    return [path for path in paths if os.path.isfile(path)]


def wanted(kind):
    """Return what the environment should have been made of, as it is written in the stamp."""
    lock = os.path.join(ROOT, "requirements", kind + ".txt")
    project = [os.path.join(ROOT, "setup.py"), os.path.join(ROOT, "requirements", "run.in")] + plugin_cards()
    return {"root": ROOT, kind: digest([lock]), "project": digest(project)}


def read_stamp():
    """Return what the environment was made of; nothing where it is absent or broken."""
    try:
        with open(STAMP) as file:
            stamp = json.load(file)
    except (OSError, ValueError):
        return {}
    usable = os.path.exists(os.path.join(BIN, "python")) and stamp.get("root") == ROOT
    return stamp if usable else {}


def write_stamp(stamp):
    """Remember what the environment is made of."""
    with open(STAMP, "w") as file:
        json.dump(stamp, file, indent=1)


def make_venv():
    """Make a fresh, empty environment."""
    ensure_venv_module()
    say("Making .venv with Python %d.%d.%d" % tuple(sys.version_info[:3]))
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.call([sys.executable, "-m", "venv", VENV])
    if made != 0:
        raise SetupError("The folder %s could not be made: see the lines above." % VENV)


def pip(*arguments):
    """Run pip in the environment, one short line per package; return (exit code, its whole output)."""
    command = [os.path.join(BIN, "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    process = subprocess.Popen(
        command + list(arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        if line.startswith("Collecting "):
            say("  " + line.split()[1].replace("==", " "))
        if line.startswith("Installing collected"):
            say("  putting them in place")
    return process.wait(), "".join(lines)


def install_lock(kind):
    """Install the locked packages of one kind, each checked against its hash."""
    lock = os.path.join("requirements", kind + ".txt")
    say("Installing the packages of %s (the first time this takes a minute or two)" % lock)
    code, output = pip("--require-hashes", "--only-binary", ":all:", "-r", lock)
    if code != 0 and "No matching distribution" in output:
        say("  not every package comes ready-made for this machine: building those, which takes longer")
        code, output = pip("--require-hashes", "-r", lock)
    if code != 0:
        fail(output, "The packages could not be installed: is there a network? The lines above say more.")


def install_project():
    """Install Luwte itself from this folder, so that changes here count at once."""
    say("Installing Luwte itself")
    code, output = pip("--no-deps", "--no-build-isolation", "-e", ".")
    if code != 0:
        fail(output, "Luwte itself could not be installed: the lines above say why.")


def fail(output, sentence):
    """Show the end of a program's output, then raise SetupError with the sentence."""
    say("".join(output.splitlines(True)[-15:]))
    raise SetupError(sentence)


def prepare(kind):
    """Bring the environment up to date; do only what is not done yet."""
    stamp, want = read_stamp(), wanted(kind)
    if all(stamp.get(key) == value for key, value in want.items()):
        return
    if not stamp:
        make_venv()
    if stamp.get(kind) != want[kind]:
        # The lock files differ in versions after a change: the other one has to be looked at again too.
        stamp = {"root": ROOT, "project": stamp.get("project")}
        install_lock(kind)
        if kind == "dev":
            stamp["run"] = wanted("run")["run"]
    stamp.update({"root": ROOT, kind: want[kind]})
    write_stamp(stamp)
    if stamp.get("project") != want["project"]:
        install_project()
    stamp.update(want)
    write_stamp(stamp)


def start(command):
    """Become a program of the environment, or with no command return."""
    if not command:
        return
    program = os.path.join(BIN, command[0])
    sys.stdout.flush()
    os.execv(program, [program] + command[1:])


def main(arguments):
    """Set up for `run` or `dev`, then start the program; return the exit code."""
    if not arguments or arguments[0] not in ("run", "dev"):
        say("usage: bootstrap.py run|dev [program argument...]")
        return 2
    kind, command = arguments[0], arguments[1:]
    try:
        ensure_python(arguments)
        prepare(kind)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    start(command or (["luwte", "run"] if kind == "run" else []))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
