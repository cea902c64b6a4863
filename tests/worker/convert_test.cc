// The two sides' conversions of what a peer may send: what one refuses, both do.
#include "worker/wire/convert.h"

#include <gtest/gtest.h>

#include "coordinator/convert/pass_convert.h"

namespace mote {
namespace {

template <class Proto>
void ExpectBoth(bool accepted, const Proto& proto, const std::string& what) {
  EXPECT_EQ(coordinator::FromProto(proto).ok(), accepted) << what << ", coordinator";
  EXPECT_EQ(wire::FromProto(proto).ok(), accepted) << what << ", worker";
}

v1::Node SomeNode() {
  v1::Node node;
  node.mutable_block()->set_level(2);
  node.mutable_block()->set_index(3);
  return node;
}

v1::Cost SomeCost() {
  v1::Cost cost;
  cost.set_tasks(4);
  for (int i = 0; i < 7; ++i) cost.add_phase_ns(i);
  cost.set_staged_bytes(5);
  cost.set_network_bytes(6);
  cost.add_bucket(3);
  cost.add_count(4);
  return cost;
}

TEST(Conversions, NodesOfOneKindAreAcceptedAndOthersRefusedByBothSides) {
  v1::Node node = SomeNode();
  ExpectBoth(true, node, "an empty partial");
  node.set_partial("p");
  ExpectBoth(true, node, "a partial");
  node.set_absent(true);
  ExpectBoth(false, node, "absent with a partial");
  node.clear_partial();
  ExpectBoth(true, node, "absent");
  node.set_artifact("sha256:" + std::string(64, 'a') + ":5");
  ExpectBoth(false, node, "absent with an artifact");
  node.set_absent(false);
  ExpectBoth(true, node, "an artifact");
  node.set_artifact("sha256:x");
  ExpectBoth(false, node, "a name that is no artifact's");
  node.clear_artifact();
  node.mutable_block()->set_level(63);
  ExpectBoth(false, node, "a block above every tree");
  node.mutable_block()->set_level(1);
  node.mutable_block()->set_index(-1);
  ExpectBoth(false, node, "a block before every tree");
}

TEST(Conversions, WhatAnEngineReportsReachesTheCoordinatorAsTheSameFault) {
  for (const FaultKind kind :
       {FaultKind::kApplication, FaultKind::kEngineCrash, FaultKind::kOutOfMemory, FaultKind::kTimeout,
        FaultKind::kUnavailable, FaultKind::kDevice, FaultKind::kGivenBack, FaultKind::kInputChanged}) {
    const v1::Fault from_engine = wire::ToProto(Failure{kind, -1, "", "", ""});
    const v1::Fault from_supervisor = wire::ToProto(wire::FromProto(from_engine));
    EXPECT_EQ(coordinator::FromProto(from_supervisor)->kind, kind) << Name(kind);
  }
}

TEST(Conversions, CostsWithNegativeOrMissingNumbersAreRefusedByBothSides) {
  ExpectBoth(true, SomeCost(), "a cost");
  v1::Cost cost = SomeCost();
  cost.set_tasks(-1);
  ExpectBoth(false, cost, "tasks");
  cost = SomeCost();
  cost.set_staged_bytes(-1);
  ExpectBoth(false, cost, "staged bytes");
  cost = SomeCost();
  cost.set_network_bytes(-1);
  ExpectBoth(false, cost, "network bytes");
  cost = SomeCost();
  cost.set_phase_ns(3, -1);
  ExpectBoth(false, cost, "a phase");
  cost = SomeCost();
  cost.set_count(0, -1);
  ExpectBoth(false, cost, "a count");
  cost = SomeCost();
  cost.add_bucket(4);
  ExpectBoth(false, cost, "a bucket without a count");
  cost = SomeCost();
  cost.add_phase_ns(1);
  ExpectBoth(false, cost, "a phase too many");
}

TEST(Conversions, PassesWithNegativeCountsOrBrokenInputsAreRefusedByBothSides) {
  v1::PassSpec pass;
  pass.set_kernel("noop");
  pass.set_task_count(3);
  (*pass.mutable_inputs())["input"].set_inline_("bytes");
  ExpectBoth(true, pass, "a pass");
  pass.set_task_count(-1);
  ExpectBoth(false, pass, "a negative number of tasks");
  pass.set_task_count(3);
  (*pass.mutable_inputs())["input"].set_artifact("nonsense");
  ExpectBoth(false, pass, "an input that is no artifact");
}

// Protobuf refuses a text that is not UTF-8, with the whole message that it is in.
TEST(Conversions, WhatAProgramPrintsTravelsWhateverItIs) {
  Failure failure;
  failure.kind = FaultKind::kEngineCrash;
  failure.message = "it said \xff\xfe";
  std::string bars = "\xe2\x96\x88";  // a full block, of three bytes
  while (bars.size() < 10'000) bars += bars;
  failure.detail = bars;
  failure.worker = "caf\xe9";
  v1::Fault received;
  ASSERT_TRUE(received.ParseFromString(wire::ToProto(failure).SerializeAsString()));
  EXPECT_EQ(received.message(), "it said ??");
  EXPECT_EQ(received.worker(), "caf?");
  EXPECT_LE(received.detail().size(), 4096u);
  EXPECT_TRUE(received.detail().ends_with("\xe2\x96\x88"));
}

}  // namespace
}  // namespace mote
