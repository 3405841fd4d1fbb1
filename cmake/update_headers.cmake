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

include("${CMAKE_CURRENT_LIST_DIR}/annals-clients.cmake")
set(core ${headers})
foreach(component IN LISTS ANNALS_ADAPTERS ITEMS testing)
  set(${component} ${headers})
  list(FILTER ${component} INCLUDE REGEX "^annals/${component}(/|\\.hpp$)")
  list(REMOVE_ITEM core ${${component}})
endforeach()

set(text "# SPDX-License-Identifier: MIT\n\n# Kept by cmake/update_headers.cmake; relative to include/.\n")
foreach(component core ${ANNALS_ADAPTERS} testing)
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
