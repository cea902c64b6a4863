#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "mote/v1/job_service.grpc.pb.h"
#include "tests/coordinator/shell/rpc_harness.h"
#include "tests/coordinator/shell/status_matchers.h"

namespace mote::coordinator {
namespace {

using ::testing::HasSubstr;

LedgerEntry EntryOf(uint64_t job, int64_t task, size_t bytes) {
  LedgerEntry entry;
  entry.job = {job};
  entry.tasks = {task, task + 1};
  entry.task_columns = std::string(bytes, 'c');
  return entry;
}

struct Answer {
  std::vector<v1::LedgerEntry> entries;
  int messages = 0;
  grpc::Status status;
};

// Asks for job 1, while the core says `known` of it.
Answer Read(RpcHarness& rpc, bool task_columns, absl::Status known = absl::OkStatus()) {
  Answer answer;
  std::thread core([&rpc, &known] {
    const GetJob asked = rpc.mailbox().Next<GetJob>();
    EXPECT_EQ(asked.job, JobId{1});
    Reply reply{asked.call, known, {}};
    if (known.ok()) reply.answer = JobView();
    rpc.Release(std::move(reply));
  });
  grpc::ClientContext context;
  v1::ReadLedgerRequest request;
  request.set_job_id(1);
  request.set_task_columns(task_columns);
  const auto stub = v1::JobService::NewStub(rpc.channel());
  const auto stream = stub->ReadLedger(&context, request);
  v1::ReadLedgerResponse response;
  for (; stream->Read(&response); ++answer.messages) {
    answer.entries.insert(answer.entries.end(), response.entries().begin(), response.entries().end());
  }
  answer.status = stream->Finish();
  core.join();
  return answer;
}

TEST(LedgerStream, EntriesOfTheJobComeInOrderAndInSeveralMessages) {
  RpcHarness rpc;
  for (int64_t task = 0; task < 20; ++task) {
    ASSERT_THAT(rpc.ledger().Append({EntryOf(1, task, task == 7 ? 3 << 20 : 50'000), EntryOf(2, task, 9)}), IsOk());
  }
  const Answer answer = Read(rpc, /*task_columns=*/true);
  EXPECT_THAT(answer.status, GrpcOk());
  ASSERT_EQ(answer.entries.size(), 20u);
  for (int64_t task = 0; task < 20; ++task) EXPECT_EQ(answer.entries[static_cast<size_t>(task)].tasks_begin(), task);
  EXPECT_EQ(answer.entries[7].task_columns().size(), size_t{3} << 20);
  EXPECT_GT(answer.messages, 3);
}

TEST(LedgerStream, ColumnsComeOnlyWhereTheyAreAskedFor) {
  RpcHarness rpc;
  ASSERT_THAT(rpc.ledger().Append({EntryOf(1, 0, 1000)}), IsOk());
  const Answer answer = Read(rpc, /*task_columns=*/false);
  ASSERT_EQ(answer.entries.size(), 1u);
  EXPECT_TRUE(answer.entries[0].task_columns().empty());
}

TEST(LedgerStream, AJobWithoutEntriesHasNone) {
  RpcHarness rpc;
  const Answer answer = Read(rpc, true);
  EXPECT_THAT(answer.status, GrpcOk());
  EXPECT_TRUE(answer.entries.empty());
}

TEST(LedgerStream, AJobThatIsNotKnownIsNotFound) {
  RpcHarness rpc;
  const Answer answer = Read(rpc, true, absl::NotFoundError("no job 1"));
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST(LedgerStream, WhatCameBeforeTheDamageIsReadAndThePlaceIsNamed) {
  RpcHarness rpc;
  ASSERT_THAT(rpc.ledger().Append({EntryOf(1, 0, 100)}), IsOk());
  ASSERT_THAT(rpc.ledger().Append({EntryOf(1, 1, 100)}), IsOk());
  for (const auto& file : std::filesystem::directory_iterator(rpc.dir() / "ledger")) {
    std::fstream segment(file.path());
    segment.seekp(static_cast<std::streamoff>(file.file_size() / 2));
    segment << std::string(4, '\xff');
  }
  const Answer answer = Read(rpc, true);
  EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_THAT(answer.status.error_message(), HasSubstr("is damaged at byte"));
  EXPECT_EQ(answer.entries.size(), 1u);
}

}  // namespace
}  // namespace mote::coordinator
