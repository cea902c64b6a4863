#include "common/transfer/link_cost.h"

#include <gtest/gtest.h>

#include "common/philox.h"

namespace mote {
namespace {

constexpr int64_t kBlob = 4 << 20;
// 100 Mbit/s.
constexpr double kSlowNs = 80;

class Link {
 public:
  explicit Link(bool loopback = false) : cost(loopback) {}
  // One blob after another.
  void Transfer(int64_t bytes, double ns_a_byte, int count = 1) {
    for (int i = 0; i < count; ++i) {
      cost.Begin(now_);
      now_ += static_cast<int64_t>(static_cast<double>(bytes) * ns_a_byte);
      cost.End(now_, bytes);
      now_ += 1'000'000;  // nothing to do
    }
  }
  void Encoded(double ratio, double codec_ns_a_byte) {
    cost.ObserveEncoding(kBlob, static_cast<int64_t>(ratio * kBlob), static_cast<int64_t>(codec_ns_a_byte * kBlob));
  }
  int64_t now() const { return now_; }
  LinkCost cost;

 private:
  int64_t now_ = 0;
};

TEST(LinkCost, NothingIsCompressedBeforeSomethingWasMeasured) {
  Link link;
  EXPECT_FALSE(link.cost.Compresses());
  EXPECT_EQ(link.cost.alpha_ns(), 0);
  EXPECT_EQ(link.cost.ratio(), 1);
}

TEST(LinkCost, SecondsAByteAreThoseOfTheLinkWhateverTheNoise) {
  Link link;
  const Philox random{3, 4};
  for (uint64_t i = 0; i < 50; ++i) link.Transfer(kBlob, kSlowNs * (0.9 + 0.2 * random.Uniform(i)));
  EXPECT_NEAR(link.cost.alpha_ns(), kSlowNs, 0.05 * kSlowNs);
}

TEST(LinkCost, SmallBlobsSayLittleOfWhatAByteCosts) {
  Link link;
  link.Transfer(kBlob, kSlowNs);
  link.Transfer(100, 200'000);  // a round trip of 20 ms
  EXPECT_NEAR(link.cost.alpha_ns(), kSlowNs, 0.1 * kSlowNs);
}

TEST(LinkCost, TransfersAtTheSameTimeShareTheLink) {
  Link link;
  link.cost.Begin(0);
  link.cost.Begin(0);
  const auto both = static_cast<int64_t>(2 * kSlowNs * kBlob);
  link.cost.End(both, kBlob);
  link.cost.End(both, kBlob);
  EXPECT_NEAR(link.cost.alpha_ns(), kSlowNs, 0.1 * kSlowNs);
}

TEST(LinkCost, ASlowLinkCompressesWhatGetsSmaller) {
  Link link;
  link.Transfer(kBlob, kSlowNs);
  EXPECT_TRUE(link.cost.Compresses());  // to find out
  link.Encoded(0.3, 4);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(link.cost.Compresses());
}

TEST(LinkCost, AFastLinkDoesNotPayForTheCodec) {
  Link link;
  link.Transfer(kBlob, 1);  // 1 GB/s
  EXPECT_FALSE(link.cost.Compresses());
  link.Encoded(0.1, 4);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(link.cost.Compresses());
}

TEST(LinkCost, LoopbackIsNeverCompressed) {
  Link link(/*loopback=*/true);
  link.Transfer(kBlob, 1000);
  link.Encoded(0.01, 0.1);
  EXPECT_FALSE(link.cost.Compresses());
}

TEST(LinkCost, RandomBytesAreTriedNowAndThenOnly) {
  Link link;
  link.Transfer(kBlob, kSlowNs);
  link.Encoded(1, 3);
  int compressed = 0;
  for (int i = 0; i < 320; ++i) {
    if (!link.cost.Compresses()) continue;
    ++compressed;
    link.Encoded(1, 3);
  }
  EXPECT_EQ(compressed, 10);
}

TEST(LinkCost, OtherBytesAreNoticed) {
  Link link;
  link.Transfer(kBlob, kSlowNs);
  link.Encoded(1, 3);
  int tries = 0;
  while (tries < 1000 && !(link.cost.Compresses() && (link.Encoded(0.2, 3), link.cost.Compresses()))) ++tries;
  EXPECT_LT(tries, 100);
}

TEST(LinkCost, AnotherRateIsLearnt) {
  Link link;
  link.Transfer(kBlob, kSlowNs, 20);
  link.Transfer(kBlob, 2, 20);
  EXPECT_NEAR(link.cost.alpha_ns(), 2, 2);
  link.Encoded(0.3, 4);
  EXPECT_FALSE(link.cost.Compresses());
}

}  // namespace
}  // namespace mote
