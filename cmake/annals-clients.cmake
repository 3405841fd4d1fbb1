# SPDX-License-Identifier: MIT

# The client libraries that adapters stand on. Used by the build and, installed beside it, by the package.

set(ANNALS_ADAPTERS sqlite postgres nats kafka sodium zstd)

set(ANNALS_SQLITE_MINIMUM 3.37) # STRICT tables
set(ANNALS_SQLITE_CLIENT "SQLite ${ANNALS_SQLITE_MINIMUM} or later")
set(ANNALS_POSTGRES_MINIMUM 14) # pipeline mode
set(ANNALS_POSTGRES_CLIENT "libpq ${ANNALS_POSTGRES_MINIMUM} or later")
set(ANNALS_NATS_MINIMUM 3.4) # JetStream's headers and error codes
set(ANNALS_NATS_CLIENT "libnats ${ANNALS_NATS_MINIMUM} or later")
set(ANNALS_KAFKA_MINIMUM 2.0)
set(ANNALS_KAFKA_CLIENT "librdkafka ${ANNALS_KAFKA_MINIMUM} or later")
set(ANNALS_SODIUM_CLIENT "libsodium 1.0.12 or later") # XChaCha20-Poly1305
set(ANNALS_ZSTD_CLIENT "libzstd 1.4 or later")

# annals_find_library(<adapter> <library> <header>): makes the target annals_<adapter>_client, if both are here.
function(annals_find_library adapter library header)
  string(TOUPPER ${adapter} name)
  find_path(ANNALS_${name}_INCLUDE_DIR ${header})
  find_library(ANNALS_${name}_LIBRARY ${library})
  mark_as_advanced(ANNALS_${name}_INCLUDE_DIR ANNALS_${name}_LIBRARY)
  if(TARGET annals_${adapter}_client OR NOT ANNALS_${name}_LIBRARY OR NOT EXISTS
                                                "${ANNALS_${name}_INCLUDE_DIR}/${header}"
  )
    return()
  endif()
  add_library(annals_${adapter}_client UNKNOWN IMPORTED)
  set_target_properties(
    annals_${adapter}_client
    PROPERTIES IMPORTED_LOCATION "${ANNALS_${name}_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES
                                                             "${ANNALS_${name}_INCLUDE_DIR}"
  )
endfunction()

# annals_find_client(<adapter> <variable>): sets the variable to the target of the adapter's client library, or to an
# empty string when there is none here.
function(annals_find_client adapter variable)
  set(candidates_sqlite SQLite3::SQLite3 SQLite::SQLite3) # the newer name first
  set(candidates_postgres PostgreSQL::PostgreSQL)
  set(candidates_nats cnats::nats cnats::nats_static annals_nats_client)
  set(candidates_kafka RdKafka::rdkafka annals_kafka_client)
  set(candidates_sodium unofficial-sodium::sodium annals_sodium_client)
  set(candidates_zstd zstd::libzstd zstd::libzstd_shared zstd::libzstd_static annals_zstd_client)
  set(client "")
  if(adapter STREQUAL "sqlite")
    find_package(SQLite3 ${ANNALS_SQLITE_MINIMUM} QUIET)
  elseif(adapter STREQUAL "postgres")
    find_package(PostgreSQL ${ANNALS_POSTGRES_MINIMUM} QUIET)
  elseif(adapter STREQUAL "nats" AND NOT TARGET cnats::nats AND NOT TARGET cnats::nats_static)
    # Before the library's own package, for Debian's names a static library that Debian does not ship.
    annals_find_library(nats nats nats/nats.h)
    if(NOT TARGET annals_nats_client)
      find_package(cnats ${ANNALS_NATS_MINIMUM} CONFIG QUIET)
    endif()
  elseif(adapter STREQUAL "kafka" AND NOT TARGET RdKafka::rdkafka)
    annals_find_library(kafka rdkafka librdkafka/rdkafka.h)
    if(NOT TARGET annals_kafka_client)
      find_package(RdKafka ${ANNALS_KAFKA_MINIMUM} CONFIG QUIET)
    endif()
  elseif(adapter STREQUAL "sodium" AND NOT TARGET unofficial-sodium::sodium)
    annals_find_library(sodium sodium sodium.h)
    if(NOT TARGET annals_sodium_client)
      find_package(unofficial-sodium CONFIG QUIET)
    endif()
  elseif(adapter STREQUAL "zstd" AND NOT TARGET zstd::libzstd AND NOT TARGET zstd::libzstd_shared
         AND NOT TARGET zstd::libzstd_static
  )
    annals_find_library(zstd zstd zstd.h)
    if(NOT TARGET annals_zstd_client)
      find_package(zstd CONFIG QUIET)
    endif()
  endif()
  foreach(candidate IN LISTS candidates_${adapter})
    if(NOT client AND TARGET ${candidate})
      set(client ${candidate})
    endif()
  endforeach()
  set(${variable} "${client}" PARENT_SCOPE)
endfunction()
