// What engines wrote: questions of clients, answers of workers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

LogChunk SomeLines() { return {{{3, absl::UnixEpoch(), 1, JobId{1}, "it wrote this"}}, 9, true, false}; }

class ReadingLogs : public ::testing::Test {
 protected:
  void SetUp() override { c_.Connect("w1"); }

  void Ask(CallId call, const std::string& worker = "w1") { c_.Send(mc::ReadLog{call, worker, JobId{1}, 2}); }
  void Answer(const std::string& worker, uint64_t request) {
    c_.Send(mc::WorkerLog{c_.SessionOf(worker), request, SomeLines()});
  }
  // nullptr: not answered.
  const mc::Reply* ReplyTo(CallId call) const {
    for (const mc::Reply& reply : c_.replies()) {
      if (reply.call == call) return &reply;
    }
    return nullptr;
  }

  CoreHarness c_;
};

TEST_F(ReadingLogs, TheWorkersAnswerGoesToWhoAsked) {
  Ask(CallId{50});
  Ask(CallId{51});
  EXPECT_EQ(ReplyTo(CallId{50}), nullptr);
  Answer("w1", 2);
  EXPECT_EQ(ReplyTo(CallId{50}), nullptr);
  ASSERT_NE(ReplyTo(CallId{51}), nullptr);
  EXPECT_EQ(std::get<LogChunk>(ReplyTo(CallId{51})->answer), SomeLines());
}

TEST_F(ReadingLogs, OnlyTheWorkerThatWasAskedMayAnswerAndOnlyOnce) {
  c_.Connect("w2");
  Ask(CallId{50});
  Answer("w2", 1);
  Answer("w1", 77);
  EXPECT_EQ(ReplyTo(CallId{50}), nullptr);
  Answer("w1", 1);
  Answer("w1", 1);
  EXPECT_NE(ReplyTo(CallId{50}), nullptr);
  EXPECT_EQ(c_.replies().size(), 1u);
}

TEST_F(ReadingLogs, AWorkerThatIsUnknownOrAwayIsNamed) {
  Ask(CallId{50}, "w9");
  EXPECT_EQ(ReplyTo(CallId{50})->status.code(), absl::StatusCode::kNotFound);
  c_.Submit(OneStage("noop", 1)).value();  // it holds a lease, so it is remembered
  c_.Disconnect("w1");
  Ask(CallId{51});
  EXPECT_EQ(ReplyTo(CallId{51})->status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(ReplyTo(CallId{51})->status.message()), HasSubstr("worker w1 is away"));
}

TEST_F(ReadingLogs, AWorkerThatGoesAwayBeforeItAnswersEndsTheWait) {
  Ask(CallId{50});
  c_.Disconnect("w1");
  ASSERT_NE(ReplyTo(CallId{50}), nullptr);
  EXPECT_EQ(ReplyTo(CallId{50})->status.code(), absl::StatusCode::kUnavailable);
}

TEST_F(ReadingLogs, AWorkerThatDoesNotAnswerIsWaitedForSomeSeconds) {
  Ask(CallId{50});
  c_.Advance(absl::Seconds(4));
  EXPECT_EQ(ReplyTo(CallId{50}), nullptr);
  c_.Advance(absl::Seconds(2));
  ASSERT_NE(ReplyTo(CallId{50}), nullptr);
  EXPECT_EQ(ReplyTo(CallId{50})->status.code(), absl::StatusCode::kDeadlineExceeded);
  Answer("w1", 1);
  EXPECT_EQ(c_.replies().size(), 1u) << "too late";
}

TEST_F(ReadingLogs, TooManyQuestionsAreRefused) {
  for (uint64_t call = 1; call <= mc::LogReads::kReadsMax + 1; ++call) Ask(CallId{call});
  ASSERT_EQ(c_.replies().size(), 1u);
  EXPECT_EQ(c_.replies()[0].status.code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace mote::testing
