#include "common/row_parts.h"

#include <gtest/gtest.h>

namespace mote {
namespace {

TEST(RowParts, CoverAllRowsInOrderAndDifferByOneAtMost) {
  for (int64_t rows = 1; rows < 40; ++rows) {
    for (int64_t parts = 1; parts <= rows; ++parts) {
      const RowParts dealt{rows, parts};
      int64_t at = 0;
      for (int64_t part = 0; part < parts; ++part) {
        const TaskRange range = dealt.Of(part);
        EXPECT_EQ(range.begin, at);
        EXPECT_GE(range.size(), rows / parts);
        EXPECT_LE(range.size(), dealt.most());
        at = range.end;
      }
      EXPECT_EQ(at, rows);
    }
  }
}

TEST(RowParts, ThoseThatHaveRowsLeftComeFirst) {
  for (int64_t rows = 1; rows < 30; ++rows) {
    for (int64_t parts = 1; parts <= rows; ++parts) {
      const RowParts dealt{rows, parts};
      for (int64_t taken = 0; taken <= dealt.most() + 1; ++taken) {
        const int64_t left = dealt.LargerThan(taken);
        for (int64_t part = 0; part < parts; ++part) {
          EXPECT_EQ(dealt.Of(part).size() > taken, part < left) << rows << " " << parts << " " << taken << " " << part;
        }
      }
    }
  }
}

}  // namespace
}  // namespace mote
