# shellcheck shell=bash
# SPDX-License-Identifier: MIT

# The kernel that labs/vm takes when nobody says which.
kernel() {
    bash -euc 'ROOT=$1; cd "$ROOT"; . labs/lib/common.sh; . labs/lib/vm-kernel.sh
        choose_kernel ""; echo "$KERNEL_FILE"' - "$ROOT"
}
