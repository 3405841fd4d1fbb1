# SPDX-License-Identifier: MIT

# cmake -DROOT=<project> -P levels.cmake: who may include whom.
#
#   vocabulary <- concepts <- blocks <- json and the adapters (memory, sqlite, postgres, nats, kafka,
#   sodium, zstd), which do not know each other
#
# What a header reaches through others counts as much as what it names itself.

cmake_minimum_required(VERSION 3.24)

# The headers right under include/annals, each at one level. Roofs only gather.
set(vocabulary
    append bus_error checkpoint encoded_payload error event_context event_facts event_filter event_history event_id
    event_name event_range event_stream events_of id_text limits message metadata payload_pipeline payload_transform
    personal position projection_progress projection_status snapshot sourced_event stream_error stream_name
    stream_version timestamp truncation unknown_event version
)
set(blocks
    aggregate append_hint as_of cached_aggregates cached_keys cloud_events decider decoded_events event_feed hash_chain
    inline_projections projection projection_control projection_options projection_runner relay repository retry
    snapshot_policy snapshot_writer subscription trace with_archive
)
set(roofs annals json kafka memory nats postgres sodium sqlite testing zstd)

# What a level may reach. `detail` is nobody's level: it counts by what it reaches in turn.
set(below_vocabulary vocabulary detail)
set(below_concepts vocabulary concepts detail)
set(below_blocks vocabulary concepts blocks detail)
set(below_detail ${below_blocks})
set(below_json ${below_blocks} json)
set(below_memory ${below_blocks} memory)
set(below_sqlite ${below_blocks} sqlite)
set(below_postgres ${below_blocks} postgres)
set(below_nats ${below_blocks} nats)
set(below_kafka ${below_blocks} kafka)
set(below_sodium ${below_concepts} sodium)
set(below_zstd ${below_concepts} zstd)
set(below_testing ${below_blocks} testing)
set(below_roof_annals ${below_blocks} memory)
set(below_roof_json ${below_blocks} json)
set(below_roof_memory ${below_blocks} memory)
set(below_roof_sqlite ${below_blocks} sqlite)
set(below_roof_postgres ${below_blocks} postgres)
set(below_roof_nats ${below_blocks} nats)
set(below_roof_kafka ${below_blocks} kafka)
set(below_roof_sodium ${below_sodium})
set(below_roof_zstd ${below_zstd})
set(below_roof_testing ${below_blocks} testing)

# Headers from outside, apart from the C++ standard library's own.
set(clients_of_all boost/uuid/uuid.hpp sys/random.h pthread.h time.h unistd.h)
set(clients_of_json nlohmann/json.hpp nlohmann/json_fwd.hpp)
set(clients_of_sqlite sqlite3.h)
set(clients_of_postgres libpq-fe.h poll.h)
set(clients_of_nats nats/nats.h)
set(clients_of_kafka librdkafka/rdkafka.h)
set(clients_of_sodium sodium.h)
set(clients_of_zstd zstd.h)
set(banned_everywhere format iostream ranges regex)

function(level_of header variable)
  if(header MATCHES "^annals/([a-z_]+)/")
    set(level "${CMAKE_MATCH_1}")
    if(NOT DEFINED below_${level})
      message(SEND_ERROR "${header}: its folder has no level")
    endif()
  else()
    string(REGEX REPLACE "^annals/(.*)\\.hpp$" "\\1" name "${header}")
    if(name IN_LIST vocabulary)
      set(level vocabulary)
    elseif(name IN_LIST blocks)
      set(level blocks)
    elseif(name IN_LIST roofs)
      set(level roof_${name})
    else()
      set(level none)
      message(SEND_ERROR "${header}: say in tests/lint/levels.cmake which level it is at")
    endif()
  endif()
  set(${variable} ${level} PARENT_SCOPE)
endfunction()

# reach_of(<header> <variable>): all annals headers that it includes, itself or through others.
function(reach_of header variable)
  set(reached "")
  set(next ${own_${header}})
  while(next)
    list(POP_FRONT next current)
    if(NOT current IN_LIST reached)
      list(APPEND reached ${current})
      list(APPEND next ${own_${current}})
    endif()
  endwhile()
  set(${variable} ${reached} PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE headers RELATIVE "${ROOT}/include" "${ROOT}/include/*.hpp")
foreach(header IN LISTS headers)
  set(own_${header} "")
  set(foreign_${header} "")
  file(STRINGS "${ROOT}/include/${header}" lines REGEX "^[ \t]*#[ \t]*include")
  foreach(line IN LISTS lines)
    if(line MATCHES "<(annals/[^>]+)>")
      list(APPEND own_${header} ${CMAKE_MATCH_1})
    elseif(line MATCHES "<([^>]+)>")
      list(APPEND foreign_${header} ${CMAKE_MATCH_1})
    else()
      message(SEND_ERROR "${header}: includes in quotes: ${line}")
    endif()
  endforeach()
endforeach()

foreach(header IN LISTS headers)
  level_of(${header} level)

  reach_of(${header} reached)
  if(header IN_LIST reached)
    message(SEND_ERROR "${header}: includes itself in a circle")
  endif()
  foreach(other IN LISTS reached)
    if(NOT other IN_LIST headers)
      message(SEND_ERROR "${header}: reaches ${other}, which does not exist")
    else()
      level_of(${other} other_level)
      string(REGEX REPLACE "^roof_" "" other_level ${other_level}) # a roof stands for what it gathers
      if(NOT other_level IN_LIST below_${level})
        message(SEND_ERROR "${header} (${level}): must not reach ${other} (${other_level})")
      endif()
    endif()
  endforeach()

  string(REGEX REPLACE "^roof_" "" component ${level})
  foreach(foreign IN LISTS foreign_${header})
    if(foreign IN_LIST banned_everywhere)
      message(SEND_ERROR "${header}: must not include <${foreign}>, it is too dear")
    elseif(foreign MATCHES "[/.]" AND NOT foreign IN_LIST clients_of_all
           AND NOT foreign IN_LIST clients_of_${component}
    )
      message(SEND_ERROR "${header} (${level}): must not include <${foreign}>")
    endif()
  endforeach()
endforeach()
