#!/bin/sh
# Bring .venv up to requirements.txt and constraints.txt: `scripts/install.sh [EXTRA]`, with PYTHON from the environment.
# `scripts/install.sh EXTRA VENV` does it for another environment, which gets rnnlib and that extra only.
# What works is kept until the new one works: a failed installation leaves .venv as usable as it was.

extra=${1:-test}
venv=${2:-.venv}
before=$venv.before              # the old .venv, while a new one is made
unfinished=$venv/.unfinished     # there while pip writes: broken off then, packages may be half-written
stamp=$venv/.installed-$extra
python=${PYTHON:-python3}

# What was installed, and where: moved to another folder, .venv would still run the old folder's rnnlib.
wanted=$(pwd -P; cat requirements.txt constraints.txt pyproject.toml | cksum)

runs() { "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

refuse() { echo "$1, as in: make PYTHON=python3.12" >&2; exit 1; }

check_python() {
    here="install Python 3.11 or newer (https://www.python.org/downloads/), or name yours"
    command -v "$python" >/dev/null || refuse "There is no $python here: $here"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        refuse "$python is $("$python" -c 'import platform; print(platform.python_version())'), too old: $here"
    "$python" -c 'import venv, ensurepip' 2>/dev/null || {
        echo "$python has no venv module: install it (Debian, Ubuntu: apt install python3-venv), then type make again." >&2
        exit 1
    }
}

install() {
    touch "$unfinished"
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null  # uv leaves pip out
    case $venv in .venv) set -- -r requirements.txt ;; *) set -- ;; esac
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt "$@" -e ".[$extra]"
    code=$?
    rm "$unfinished"
    [ $code -ne 0 ] || echo "$wanted" > "$stamp"
    return $code
}

replace() {
    check_python
    case $venv in
        .venv) echo "Installing JupyterLab, NumPy, Matplotlib and the test tools into $venv." ;;
        *) echo "Installing what the extra [$extra] needs into $venv." ;;
    esac
    echo "That is about 100 MB to download and half a gigabyte on the disk, half a minute to three minutes, once …"
    [ ! -e $venv ] || mv $venv $before
    mkdir $venv && touch "$unfinished"
    if "$python" -m venv $venv && install; then
        rm -rf $before
    else
        rm -rf $venv
        [ ! -e $before ] || mv $before $venv
        return 1
    fi
}

if [ -e $before ]; then rm -rf $venv; mv $before $venv; fi  # the last try was broken off
if runs && [ ! -e "$unfinished" ]; then
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || exit 0
    echo "Bringing $venv up to date …"
    install || exit 1
else
    replace || exit 1
fi
echo "Installed."
