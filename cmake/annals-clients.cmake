# SPDX-License-Identifier: MIT

# The client libraries that adapters stand on. Used by the build and, installed beside it, by the package.

set(ANNALS_ADAPTERS sqlite postgres)

set(ANNALS_SQLITE_MINIMUM 3.37) # STRICT tables
set(ANNALS_SQLITE_CLIENT "SQLite ${ANNALS_SQLITE_MINIMUM} or later")
set(ANNALS_POSTGRES_MINIMUM 14) # pipeline mode
set(ANNALS_POSTGRES_CLIENT "libpq ${ANNALS_POSTGRES_MINIMUM} or later")

# annals_find_client(<adapter> <variable>): sets the variable to the target of the adapter's client library, or to an
# empty string when there is none here.
function(annals_find_client adapter variable)
  set(candidates_sqlite SQLite3::SQLite3 SQLite::SQLite3) # the newer name first
  set(candidates_postgres PostgreSQL::PostgreSQL)
  set(client "")
  if(adapter STREQUAL "sqlite")
    find_package(SQLite3 ${ANNALS_SQLITE_MINIMUM} QUIET)
  elseif(adapter STREQUAL "postgres")
    find_package(PostgreSQL ${ANNALS_POSTGRES_MINIMUM} QUIET)
  endif()
  foreach(candidate IN LISTS candidates_${adapter})
    if(NOT client AND TARGET ${candidate})
      set(client ${candidate})
    endif()
  endforeach()
  set(${variable} "${client}" PARENT_SCOPE)
endfunction()
