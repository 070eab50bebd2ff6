#!/bin/sh
# What a test plays in a program's place lies beside its name. A script that was written a moment ago
# cannot be run itself: a process that another test begins may still have it open (ETXTBSY, execve(2)).
# shellcheck source=/dev/null
. "$0.played"
