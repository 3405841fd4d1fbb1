# SPDX-License-Identifier: MIT

# cmake -DROOT=<project> -DWORK_DIR=<folder> -P self_test.cmake
#
# Plants one violation at a time in a copy of the headers: each must be found, and named.

cmake_minimum_required(VERSION 3.24)

# plant(<rule script> <file> <line> <what is found>)
function(plant script file line finding)
  file(REMOVE_RECURSE "${WORK_DIR}")
  file(COPY "${ROOT}/include" "${ROOT}/cmake" DESTINATION "${WORK_DIR}")
  file(APPEND "${WORK_DIR}/${file}" "\n${line}\n")
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -DROOT=${WORK_DIR} -DCHECK=ON -P "${ROOT}/${script}"
    RESULT_VARIABLE result
    ERROR_VARIABLE output
  )
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  if(result EQUAL 0 OR NOT output MATCHES "${finding}")
    message(SEND_ERROR "'${line}' in ${file} must give '${finding}', but gave:\n${output}")
  endif()
endfunction()

function(plant_include header included finding)
  plant(tests/lint/levels.cmake include/annals/${header} "#include <${included}>" "${finding}")
endfunction()

set(no "must not")
plant_include(timestamp.hpp annals/concepts/event_store.hpp "${no} reach .*\\(concepts\\)")
plant_include(timestamp.hpp annals/aggregate.hpp "${no} reach .*\\(blocks\\)")
plant_include(detail/utf8.hpp annals/aggregate.hpp "stream_name.hpp \\(vocabulary\\): ${no} reach annals/aggregate.hpp")
plant_include(concepts/event_store.hpp annals/aggregate.hpp "${no} reach .*\\(blocks\\)")
plant_include(aggregate.hpp annals/json.hpp "${no} reach annals/json.hpp")
plant_include(aggregate.hpp annals/memory.hpp "${no} reach annals/memory.hpp")
plant_include(aggregate.hpp annals/sqlite.hpp "${no} reach annals/sqlite.hpp")
plant_include(annals.hpp annals/json.hpp "${no} reach annals/json.hpp")
plant_include(annals.hpp annals/sqlite.hpp "${no} reach annals/sqlite.hpp")
plant_include(memory.hpp annals/sqlite.hpp "${no} reach annals/sqlite.hpp")
plant_include(sqlite.hpp annals/memory.hpp "${no} reach annals/memory.hpp")
plant_include(sqlite.hpp annals/json.hpp "${no} reach annals/json.hpp")
plant_include(nats.hpp annals/kafka.hpp "${no} reach annals/kafka.hpp")
plant_include(kafka.hpp annals/json.hpp "${no} reach annals/json.hpp")
plant_include(zstd.hpp annals/sodium.hpp "${no} reach annals/sodium.hpp")
plant_include(sodium.hpp annals/sqlite/key_store.hpp "${no} reach annals/sqlite/key_store.hpp")
plant_include(sodium.hpp annals/aggregate.hpp "${no} reach annals/aggregate.hpp")
plant_include(json.hpp annals/sqlite.hpp "${no} reach annals/sqlite.hpp")
plant_include(sqlite.hpp nlohmann/json.hpp "${no} include <nlohmann/json.hpp>")
plant_include(aggregate.hpp nlohmann/json_fwd.hpp "${no} include <nlohmann/json_fwd.hpp>")
plant_include(memory.hpp sqlite3.h "${no} include <sqlite3.h>")
plant_include(cloud_events.hpp nats/nats.h "${no} include <nats/nats.h>")
plant_include(annals.hpp sodium.h "${no} include <sodium.h>")
plant_include(sodium.hpp zstd.h "${no} include <zstd.h>")
plant_include(nats.hpp librdkafka/rdkafka.h "${no} include <librdkafka/rdkafka.h>")
plant_include(event_id.hpp boost/uuid/uuid_io.hpp "${no} include <boost/uuid/uuid_io.hpp>")
plant_include(event_id.hpp boost/uuid/random_generator.hpp "${no} include <boost/uuid/random_generator.hpp>")
plant_include(testing/new.hpp catch2/catch.hpp "${no} include <catch2/catch.hpp>")
plant_include(aggregate.hpp ranges "${no} include <ranges>")
plant_include(aggregate.hpp iostream "${no} include <iostream>")
plant_include(error.hpp annals/stream_error.hpp "in a circle")
plant_include(error.hpp annals/gone.hpp "does not exist")
plant_include(brand_new.hpp string "say in tests/lint/levels.cmake")
plant_include(brand_new/thing.hpp string "its folder has no level")
plant(tests/lint/levels.cmake include/annals/error.hpp "#include \"limits.hpp\"" "in quotes")

plant(cmake/update_headers.cmake include/annals/forgotten.hpp "" "does not list")
set(place "/ho" "me/someone")
string(REPLACE ";" "" place "${place}")
plant(tests/lint/machine_paths.cmake include/annals/error.hpp "// ${place}/notes" "error.hpp: // ${place}/notes")
