// What libFuzzer calls with bytes it has made up, and corpus_test with files it kept.
#pragma once

#include <cstddef>
#include <cstdint>

// Must return 0; anything wrong aborts.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
