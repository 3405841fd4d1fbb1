// SPDX-License-Identifier: MIT

#include <annals/testing/contract_violation.hpp>
