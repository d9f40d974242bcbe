# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# bones.sh: where a login begins.
cd ~/container-bones || return
PATH=$PWD/build/bin:$PATH
echo 'Try: labs/lab, sudo labs/memcached up, labs/lab doctor'
