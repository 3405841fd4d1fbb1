// SPDX-License-Identifier: MIT

#ifndef ANNALS_VERSION_HPP
#define ANNALS_VERSION_HPP

// The only place that states the version; the build and the packages read it here.
#define ANNALS_VERSION_MAJOR 0
#define ANNALS_VERSION_MINOR 1
#define ANNALS_VERSION_PATCH 0
#define ANNALS_VERSION_STRING "0.1.0"

#endif // ANNALS_VERSION_HPP
