#include "worker/supervisor/engine_slot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/worker/temporary_directory.h"
#include "worker/supervisor/clock.h"

namespace mote::worker {
namespace {

using ::testing::HasSubstr;

class Owner final : public SlotOwner {
 public:
  void OnEngineReady(int, const mote::engine::v1::Ready&) override {}
  void OnEngineDown(int, int starts_failed, const std::string& why) override {
    downs.push_back(starts_failed);
    reason = why;
  }
  void OnBlobRequest(int, uint64_t, const mote::engine::v1::BlobRequest&) override {}
  void OnBlockDone(const RunLease&, mote::engine::v1::BlockDone, const SlotTurn&) override {}
  void OnBlockLost(const RunLease& lease, Failure failure, absl::Duration) override {
    lost.push_back(lease.lease);
    failures.push_back(std::move(failure));
  }
  std::vector<int> downs;
  std::string reason;
  std::vector<uint64_t> lost;
  std::vector<Failure> failures;
};

TEST(EngineSlot, LeasesAreGivenBackWhenEnginesKeepFailingToStartAndTryingGoesOn) {
  const TemporaryDirectory directory;
  Options options;
  const auto store = *StoreDirectory::Open(directory.path() + "/store");
  const PassMessages passes;
  Mailbox mailbox(100);
  Owner owner;
  EngineLog log(1);
  EngineSlot slot(0, options, *store, passes, log, mailbox, owner);
  // No engine can start without its scratch space.
  std::filesystem::remove_all(directory.path() + "/store");
  std::ofstream(directory.path() + "/store") << "a file";

  absl::Time now = LoopNow();
  slot.Run({7, 1, 0, JobId{1}, Block{0, 0}, absl::Minutes(1), false}, now);
  slot.Run({8, 1, 0, JobId{1}, Block{0, 1}, absl::Minutes(1), false}, now);
  for (int start = 1; start <= 2; ++start) slot.Tick(now += absl::Minutes(1));
  EXPECT_TRUE(owner.lost.empty()) << "another start may do";
  slot.Tick(now += absl::Minutes(1));
  EXPECT_THAT(owner.lost, ::testing::ElementsAre(7, 8));
  EXPECT_EQ(owner.failures.at(0).kind, FaultKind::kGivenBack);
  EXPECT_THAT(owner.failures.at(0).message, HasSubstr("slot-0"));
  EXPECT_THAT(owner.reason, HasSubstr("slot-0")) << "the slot's state says the same";

  slot.Tick(now += absl::Minutes(1));
  EXPECT_THAT(owner.downs, ::testing::ElementsAre(1, 2, 3, 4)) << "it goes on trying";
  mailbox.Close();
}

}  // namespace
}  // namespace mote::worker
