# How a module is declared. A module is one folder below src/, one static library, one test program; what it links is all that it may
# include (tests/includes_test.py checks that the includes agree).

add_library(dcportals_options INTERFACE)
target_compile_features(dcportals_options INTERFACE cxx_std_23)
target_include_directories(dcportals_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(dcportals_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wnon-virtual-dtor -Woverloaded-virtual)
# g++ 12 sees uninitialised members in every std::variant that it moves (GCC bug 105562 and its kin), and overlapping memory in the
# concatenation of strings once it optimises (105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  target_compile_options(dcportals_options INTERFACE -Wno-maybe-uninitialized $<$<CONFIG:Release>:-Wno-restrict>)
endif()
if(DCPORTALS_WERROR)
  target_compile_options(dcportals_options INTERFACE -Werror)
endif()
if(DCPORTALS_SANITIZE)
  target_compile_options(dcportals_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(dcportals_options INTERFACE -fsanitize=address,undefined)
endif()
# Boost's headers warn under our flags; they are not ours to mend.
target_compile_definitions(dcportals_options INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)

# dcportals_module(NAME name SOURCES a.cc ... TESTS a_test.cc ... USES base openflow ... LIBS fmt::fmt ...)
# Target: dcportals_<name>; test program: <name>_test, run by ctest as one test.
function(dcportals_module)
  cmake_parse_arguments(M "" "NAME" "SOURCES;TESTS;USES;LIBS;TEST_USES" ${ARGN})
  list(TRANSFORM M_USES PREPEND dcportals_)
  list(TRANSFORM M_TEST_USES PREPEND dcportals_)
  if(M_SOURCES)
    add_library(dcportals_${M_NAME} STATIC ${M_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(dcportals_${M_NAME} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_link_libraries(dcportals_${M_NAME} ${scope} dcportals_options ${M_USES} ${M_LIBS})
  if(M_TESTS)
    add_executable(${M_NAME}_test ${M_TESTS})
    target_link_libraries(${M_NAME}_test PRIVATE dcportals_${M_NAME} ${M_TEST_USES} GTest::gtest GTest::gtest_main GTest::gmock)
    add_test(NAME ${M_NAME}_test COMMAND ${M_NAME}_test WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    set_tests_properties(${M_NAME}_test PROPERTIES TIMEOUT 300)
  endif()
endfunction()
