# SPDX-License-Identifier: MIT

# cmake -DROOT=<project> -P machine_paths.cmake: no file names a place that only one machine has.

cmake_minimum_required(VERSION 3.24)

file(GLOB top RELATIVE "${ROOT}" "${ROOT}/*" "${ROOT}/.*")
list(FILTER top EXCLUDE REGEX "^(\\.|\\.\\.|\\.git|\\.cache|build.*)$")
set(files "")
foreach(entry IN LISTS top)
  if(IS_DIRECTORY "${ROOT}/${entry}")
    file(GLOB_RECURSE below RELATIVE "${ROOT}" "${ROOT}/${entry}/*" "${ROOT}/${entry}/.*")
    list(APPEND files ${below})
  else()
    list(APPEND files "${entry}")
  endif()
endforeach()
list(FILTER files EXCLUDE REGEX "\\.csv$")

# Split, so that this file does not find itself.
set(pattern "/(wo" "rk|ho" "me|ro" "ot|t" "mp|Us" "ers)/|\\.\\./sha" "red")
string(REPLACE ";" "" pattern "${pattern}")

foreach(file IN LISTS files)
  file(STRINGS "${ROOT}/${file}" hits REGEX "${pattern}")
  foreach(hit IN LISTS hits)
    message(SEND_ERROR "${file}: ${hit}")
  endforeach()
endforeach()
