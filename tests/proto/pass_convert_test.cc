#include "proto/convert/pass_convert.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/coordinator/shell/status_matchers.h"
#include "tests/testing/pass_parts.h"

namespace mote::wire {
namespace {

using coordinator::Fails;
using coordinator::IsOk;

TEST(PassConvert, WhatIsConvertedComesBackEqual) {
  EXPECT_EQ(*FromProto(ToProto(SomePass())), SomePass());
  EXPECT_EQ(*FromProto(ToProto(SomeToken())), SomeToken());
  EXPECT_EQ(*FromProto(ToProto(SomeCost())), SomeCost());
  EXPECT_EQ(*FromProto(ToProto(SomeFailure())), SomeFailure());
  for (const Node& node : {Node{{3, 4}, "bytes"}, Node{{3, 4}, ""}, Node{{0, 0}, std::nullopt}}) {
    EXPECT_EQ(*FromProto(ToProto(node)), node);
  }
}

TEST(PassConvert, EveryKindOfFaultHasANumberOfItsOwn) {
  std::set<int> numbers;
  for (const FaultKind kind :
       {FaultKind::kApplication, FaultKind::kEngineCrash, FaultKind::kOutOfMemory, FaultKind::kTimeout,
        FaultKind::kLostWorker, FaultKind::kUnavailable, FaultKind::kDevice, FaultKind::kGivenBack,
        FaultKind::kLeaseExpired, FaultKind::kDeadline, FaultKind::kInputChanged, FaultKind::kBudget}) {
    const v1::Fault proto = ToProto(Failure{kind, -1, "", "", ""});
    EXPECT_NE(proto.kind(), v1::FAULT_KIND_UNSPECIFIED);
    EXPECT_TRUE(numbers.insert(proto.kind()).second);
    EXPECT_EQ(FromProto(proto)->kind, kind);
  }
  EXPECT_THAT(FromProto(v1::Fault()), Fails(absl::StatusCode::kInvalidArgument, "fault.kind"));
}

TEST(PassConvert, BlocksOutsideOfAnyPassAreRefused) {
  const auto block = [](int level, int64_t index) {
    v1::Block proto;
    proto.set_level(level);
    proto.set_index(index);
    return FromProto(proto);
  };
  EXPECT_THAT(block(0, 0), IsOk());
  EXPECT_THAT(block(62, 0), IsOk());
  EXPECT_THAT(block(-1, 0), Fails(absl::StatusCode::kInvalidArgument, "level -1"));
  EXPECT_THAT(block(63, 0), Fails(absl::StatusCode::kInvalidArgument, "level 63"));
  EXPECT_THAT(block(0, -1), Fails(absl::StatusCode::kInvalidArgument, "index -1"));
  EXPECT_THAT(block(62, 2), Fails(absl::StatusCode::kInvalidArgument, "index 2"));
}

TEST(PassConvert, CostsThatDoNotFitTogetherAreRefused) {
  v1::Cost uneven = ToProto(SomeCost());
  uneven.add_bucket(1);
  EXPECT_THAT(FromProto(uneven), Fails(absl::StatusCode::kInvalidArgument, "cost"));
  v1::Cost phases = ToProto(SomeCost());
  phases.add_phase_ns(1);
  EXPECT_THAT(FromProto(phases), Fails(absl::StatusCode::kInvalidArgument, "8 phases"));
}

TEST(PassConvert, NegativeCostsAreRefusedByName) {
  const auto refused = [](const auto& spoil) {
    v1::Cost cost = ToProto(SomeCost());
    spoil(cost);
    return FromProto(cost);
  };
  const auto code = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(refused([](v1::Cost& cost) { cost.set_tasks(-1); }), Fails(code, "cost.tasks: -1"));
  EXPECT_THAT(refused([](v1::Cost& cost) { cost.set_staged_bytes(-1); }), Fails(code, "cost.staged_bytes: -1"));
  EXPECT_THAT(refused([](v1::Cost& cost) { cost.set_network_bytes(-2); }), Fails(code, "cost.network_bytes: -2"));
  EXPECT_THAT(refused([](v1::Cost& cost) { cost.set_memory_bytes(-1); }), Fails(code, "cost.memory_bytes: -1"));
  EXPECT_THAT(refused([](v1::Cost& cost) { cost.set_phase_ns(3, -1); }), Fails(code, "cost.phase_ns: -1"));
  EXPECT_THAT(refused([](v1::Cost& cost) { cost.set_count(0, -1); }), Fails(code, "cost.count: -1"));
}

TEST(PassConvert, PassesWithNegativeCountsOrBrokenInputsAreRefused) {
  v1::PassSpec pass = ToProto(SomePass());
  pass.set_task_count(-1);
  EXPECT_THAT(FromProto(pass), Fails(absl::StatusCode::kInvalidArgument, "task_count: -1"));
  pass.set_task_count(3);
  (*pass.mutable_inputs())["large"].set_artifact("nonsense");
  EXPECT_THAT(FromProto(pass), Fails(absl::StatusCode::kInvalidArgument, "nonsense"));
}

TEST(PassConvert, ANodeIsAbsentOrAPartialOrAnArtifact) {
  v1::Node node;
  EXPECT_THAT(FromProto(node), IsOk()) << "an empty partial";
  node.set_partial("p");
  EXPECT_THAT(FromProto(node), IsOk());
  node.set_absent(true);
  EXPECT_THAT(FromProto(node), Fails(absl::StatusCode::kInvalidArgument, "absent"));
  node.clear_partial();
  EXPECT_THAT(FromProto(node), IsOk());
  node.set_artifact("sha256:" + std::string(64, 'a') + ":5");
  EXPECT_THAT(FromProto(node), Fails(absl::StatusCode::kInvalidArgument, "absent"));
  node.set_absent(false);
  EXPECT_THAT(FromProto(node), IsOk());
  node.set_artifact("sha256:x");
  EXPECT_THAT(FromProto(node), Fails(absl::StatusCode::kInvalidArgument, "sha256:x"));
}

TEST(PassConvert, StderrThatIsNotUtf8StillTravels) {
  Failure failure = SomeFailure();
  failure.detail = "caf\xe9 \xf0\x9f\x98\x80";
  std::string wire = ToProto(failure).SerializeAsString();
  v1::Fault proto;
  ASSERT_TRUE(proto.ParseFromString(wire));
  EXPECT_EQ(FromProto(proto)->detail, "caf? \xf0\x9f\x98\x80");
}

}  // namespace
}  // namespace mote::wire
