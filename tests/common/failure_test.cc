#include "common/failure.h"

#include <gtest/gtest.h>

namespace mote {
namespace {

// Protobuf refuses a text that is not UTF-8, with the whole message that it is in.
TEST(Failure, WhatAProgramPrintsIsBoundedWhateverItIs) {
  Failure failure;
  failure.message = "it said \xff\xfe";
  std::string bars = "\xe2\x96\x88";  // a full block, of three bytes
  while (bars.size() < 10'000) bars += bars;
  failure.detail = bars;
  failure.worker = "caf\xe9";
  failure.Bound();
  EXPECT_EQ(failure.message, "it said ??");
  EXPECT_EQ(failure.worker, "caf?");
  EXPECT_LE(failure.detail.size(), 4096u);
  EXPECT_TRUE(failure.detail.ends_with("\xe2\x96\x88"));
}

}  // namespace
}  // namespace mote
