// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>

#include <string>

bool opens_a_store();

bool opens_a_store() {
    annals::SqliteEventStore const store{":memory:"};
    return store.head() == annals::Position{};
}
