// SPDX-License-Identifier: MIT

#include <annals/postgres.hpp>

bool knows_its_tables();

bool knows_its_tables() { return !annals::postgres::schema_sql().empty(); }
