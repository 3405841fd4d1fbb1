# SPDX-License-Identifier: MIT

# cmake -DPROGRAM=<benchmark> -DPLOT=plot.py -DOUT=<folder> [-DSERVERS=<file> | -DFOLDER=<folder>] -P smoke.cmake: one
# very short round, without a place, on the tests' own server or in a new folder; then the picture of its figures.

cmake_minimum_required(VERSION 3.24)
file(REMOVE_RECURSE "${OUT}")
file(MAKE_DIRECTORY "${OUT}")
set(place)
set(events 10000)
if(DEFINED SERVERS)
  file(STRINGS "${SERVERS}" servers)
  file(STRINGS "${servers}/shared/conninfo" place)
  set(events 300000)
elseif(DEFINED FOLDER)
  set(place "${FOLDER}")
  file(MAKE_DIRECTORY "${place}")
  set(events 300000)
endif()
execute_process(
  COMMAND "${PROGRAM}" ${place} --rounds 1 --seconds 0.02 --events ${events} --followed 2000 --imported 20000 --json
          "${OUT}/figures.json" RESULT_VARIABLE result
)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The benchmark ends with ${result}")
endif()
find_program(python python3)
if(python)
  execute_process(COMMAND "${python}" "${PLOT}" "${OUT}/ratios.svg" "${OUT}/figures.json" RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "The plot ends with ${result}")
  endif()
endif()
