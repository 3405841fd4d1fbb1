// SPDX-License-Identifier: MIT

#include "forward.hpp"

#include <string>

char const* version_seen_backward();

int main() {
    auto const numbers = std::to_string(ANNALS_VERSION_MAJOR) + '.' + std::to_string(ANNALS_VERSION_MINOR) + '.' +
                         std::to_string(ANNALS_VERSION_PATCH);
    return numbers == ANNALS_VERSION_STRING && numbers == version_seen_backward() ? 0 : 1;
}
