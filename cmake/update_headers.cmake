# SPDX-License-Identifier: MIT

# cmake -P cmake/update_headers.cmake              writes cmake/headers.cmake anew from include/annals
# cmake -DCHECK=ON -P cmake/update_headers.cmake   only says whether it is up to date
#
# The lists stay explicit in the build, so that a stray file is never installed; this spares writing them by hand.

cmake_minimum_required(VERSION 3.24)
if(NOT ROOT)
  get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
endif()

file(GLOB_RECURSE headers RELATIVE "${ROOT}/include" "${ROOT}/include/*")
list(SORT headers)

set(sqlite ${headers})
list(FILTER sqlite INCLUDE REGEX "^annals/sqlite(/|\\.hpp$)")
set(postgres ${headers})
list(FILTER postgres INCLUDE REGEX "^annals/postgres(/|\\.hpp$)")
set(nats ${headers})
list(FILTER nats INCLUDE REGEX "^annals/nats(/|\\.hpp$)")
set(kafka ${headers})
list(FILTER kafka INCLUDE REGEX "^annals/kafka(/|\\.hpp$)")
set(testing ${headers})
list(FILTER testing INCLUDE REGEX "^annals/testing(/|\\.hpp$)")
set(core ${headers})
list(REMOVE_ITEM core ${sqlite} ${postgres} ${nats} ${kafka} ${testing})

set(text "# SPDX-License-Identifier: MIT\n\n# Kept by cmake/update_headers.cmake; relative to include/.\n")
foreach(component core sqlite postgres nats kafka testing)
  string(TOUPPER ${component} name)
  list(JOIN ${component} "\n    " lines)
  string(APPEND text "\nset(ANNALS_${name}_HEADERS\n    ${lines}\n)\n")
endforeach()

set(file "${ROOT}/cmake/headers.cmake")
set(current "")
if(EXISTS "${file}")
  file(READ "${file}" current)
endif()
if(CHECK AND NOT text STREQUAL current)
  message(FATAL_ERROR "cmake/headers.cmake does not list what is in include/; "
                      "run: cmake -P cmake/update_headers.cmake")
elseif(NOT CHECK)
  file(WRITE "${file}" "${text}")
endif()
