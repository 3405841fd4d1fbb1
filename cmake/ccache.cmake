# SPDX-License-Identifier: MIT

# Compiles through ccache where it is installed, unless the caller has chosen a launcher.
if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER AND NOT DEFINED ENV{CMAKE_CXX_COMPILER_LAUNCHER})
  find_program(ANNALS_CCACHE ccache)
  mark_as_advanced(ANNALS_CCACHE)
  if(ANNALS_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${ANNALS_CCACHE}")
  endif()
endif()
