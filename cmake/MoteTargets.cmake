# Compiler settings and the three kinds of target, so that a folder's CMakeLists.txt
# is a list of files and of the folders it depends on.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# The same bits on every machine: no contraction to FMA, no fast-math.
add_compile_options(-ffp-contract=off -Wall -Wextra -Werror=return-type -Werror=unused-result)
# False alarms of g++ 12 on std::string concatenation (gcc bug 105651).
add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
# Always-on checks stay on in release builds: no -DNDEBUG.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")

if(MOTE_SANITIZE)
  add_compile_options(-fsanitize=${MOTE_SANITIZE} -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${MOTE_SANITIZE})
  if(MOTE_SANITIZE MATCHES "undefined")
    # They look at every access through a pointer, which takes two thirds of the time to
    # compile; through a null one the program ends under AddressSanitizer anyway.
    add_compile_options(-fno-sanitize=null,alignment,vptr)
  endif()
  if(MOTE_SANITIZE STREQUAL "thread")
    # Debian's Protocol Buffers is not instrumented: seeing this macro its headers would
    # lay out maps in another way than its library.
    add_compile_options(-U__SANITIZE_THREAD__ -DMOTE_SANITIZE_THREAD)
  endif()
endif()

if(MOTE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(MOTE_CCACHE ccache)
if(MOTE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MOTE_CCACHE})
endif()
find_program(MOTE_MOLD mold)
if(MOTE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# mote_vectorized(a.cc…): loops over numbers, element by element. The compiler may take several
# at once, to the same bits; nobody looks at errno.
function(mote_vectorized)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "-O3;-fno-math-errno" SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# A file of ours is mostly the headers that it includes: six at a time compile in a third
# of the time. So what is in an anonymous namespace has a name of its own in its folder.
option(MOTE_UNITY "Compile several files of a target at once" ON)
set(CMAKE_UNITY_BUILD ${MOTE_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 6)

# mote_replaceable(a.cc…): the simulator has its own of these, with planted bugs or another
# end for a failed check. They stay files of their own in the library, so that the linker
# can take its copies instead.
function(mote_replaceable)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# mote_library(name SOURCES a.cc… DEPENDS target… [PUBLIC target…])
function(mote_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PUBLIC" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_DEPENDS})
endfunction()

# mote_executable(name SOURCES a.cc… DEPENDS target…)
function(mote_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
endfunction()

# Seconds after which a test program hangs. What computes on real data takes three times as
# long under a sanitizer, with two cores.
set(MOTE_TEST_TIMEOUT 300)
if(MOTE_SANITIZE)
  set(MOTE_TEST_TIMEOUT 900)
endif()

# mote_test(name SOURCES a_test.cc… DEPENDS target…): one binary a folder.
function(mote_test name)
  cmake_parse_arguments(ARG "" "SHARDS" "SOURCES;DEPENDS" ${ARGN})
  mote_executable(${name} SOURCES ${ARG_SOURCES} DEPENDS ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  if(NOT ARG_SHARDS)
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${MOTE_TEST_TIMEOUT})
    return()
  endif()
  foreach(shard RANGE 1 ${ARG_SHARDS})
    math(EXPR index "${shard} - 1")
    add_test(NAME ${name}_${shard} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name}_${shard} PROPERTIES TIMEOUT ${MOTE_TEST_TIMEOUT}
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${ARG_SHARDS};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()
