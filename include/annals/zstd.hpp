// SPDX-License-Identifier: MIT

#ifndef ANNALS_ZSTD_HPP
#define ANNALS_ZSTD_HPP

#include <annals/payload_pipeline.hpp>
#include <annals/zstd/compression.hpp>

// Payloads compressed with Zstandard.

#endif // ANNALS_ZSTD_HPP
