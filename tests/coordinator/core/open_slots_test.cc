#include "coordinator/core/open_slots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace mote::coordinator {
namespace {

using ::testing::ElementsAre;

SlotKind KindOf(const std::string& numeric_class) {
  SlotKind kind;
  kind.numeric_class = numeric_class;
  return kind;
}

class OpenSlotsTest : public ::testing::Test {
 protected:
  // Slots of two kinds; in their order: a1 b1 a2 b2 a3.
  OpenSlotsTest() {
    for (const OpenSlot& slot : {OpenSlot{0, 1, "a1"}, OpenSlot{1, 1, "a2"}, OpenSlot{2, 1, "a3"}}) {
      a_ = slots_.Insert(KindOf("a"), slot);
    }
    for (const OpenSlot& slot : {OpenSlot{0, 2, "b1"}, OpenSlot{1, 2, "b2"}}) b_ = slots_.Insert(KindOf("b"), slot);
  }
  // The order in which slots are met from the first on.
  std::vector<std::string> Met(const std::vector<const OpenSlots::Kind*>& without) const {
    std::vector<std::string> met;
    std::optional<OpenSlot> passed;
    const OpenSlots::Kind* kind = nullptr;
    while (const OpenSlot* next = slots_.FirstAfter(passed ? &*passed : nullptr, without, &kind)) {
      EXPECT_EQ(kind, next->worker[0] == 'a' ? a_ : b_);
      met.push_back(next->worker);
      passed = *next;
    }
    return met;
  }

  OpenSlots slots_;
  const OpenSlots::Kind* a_ = nullptr;
  const OpenSlots::Kind* b_ = nullptr;
};

TEST_F(OpenSlotsTest, AreMetInOneOrderOverAllKinds) {
  EXPECT_EQ(slots_.size(), 5u);
  EXPECT_THAT(Met({}), ElementsAre("a1", "b1", "a2", "b2", "a3"));
}

TEST_F(OpenSlotsTest, AKindThatWasRefusedIsLeftOutWhole) {
  EXPECT_THAT(Met({a_}), ElementsAre("b1", "b2"));
  EXPECT_THAT(Met({a_, b_}), ElementsAre());
}

TEST_F(OpenSlotsTest, AKindWithoutSlotsIsForgotten) {
  slots_.Erase(b_, {0, 2, "b1"});
  slots_.Erase(b_, {1, 2, "b2"});
  EXPECT_EQ(slots_.kinds().size(), 1u);
  EXPECT_THAT(Met({}), ElementsAre("a1", "a2", "a3"));
  EXPECT_EQ(slots_.size(), 3u);
}

TEST_F(OpenSlotsTest, IdleOnesAreTheFirstWithoutALease) {
  slots_.Insert(KindOf("a"), {0, 3, "a4"});
  const auto names = [](const std::vector<OpenSlot>& slots) {
    std::vector<std::string> names;
    for (const OpenSlot& slot : slots) names.push_back(slot.worker);
    return names;
  };
  EXPECT_THAT(names(slots_.Idle(10)), ElementsAre("a1", "b1", "a4"));
  EXPECT_THAT(names(slots_.Idle(2)), ElementsAre("a1", "b1"));
}

TEST(SlotKind, KeepsSpeedsInStepsOfAFourthOfADoubling) {
  EXPECT_EQ(SlownessStep(1.05), 0) << "as the mean, as far as that is known";
  EXPECT_EQ(SlownessStep(4), 8);
  SlotKind kind;
  EXPECT_EQ(SpeedOf(kind).slowness, 1.0);
  EXPECT_EQ(SpeedOf(kind).second_a_byte, std::nullopt);
  kind.slowness_step = SlownessStep(10);
  kind.byte_step = ByteStep(1e-9);
  EXPECT_NEAR(SpeedOf(kind).slowness, 10, 0.9);
  EXPECT_NEAR(*SpeedOf(kind).second_a_byte, 1e-9, 0.9e-10);
}

}  // namespace
}  // namespace mote::coordinator
