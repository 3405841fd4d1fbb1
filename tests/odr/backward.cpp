// SPDX-License-Identifier: MIT

#include "backward.hpp"

char const* version_seen_backward();

char const* version_seen_backward() { return ANNALS_VERSION_STRING; }
