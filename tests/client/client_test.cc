// The client library against a fake coordinator in this process.
#include "client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/client/fake_coordinator.h"

namespace mote::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::JobSpec Job(const std::string& name) {
  v1::JobSpec job;
  job.set_name(name);
  job.add_stages()->set_name("a");
  return job;
}

// Bytes that differ in every blob.
std::string Bytes(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i >> 20) + i % 251);
  return bytes;
}

std::string ReadAll(Client& client, const ArtifactRef& artifact) {
  std::string content;
  const absl::Status status = client.ReadArtifact(artifact, [&](std::string_view bytes) {
    content += bytes;
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return content;
}

TEST(Connect, AnAddressWithoutACoordinatorSaysWhatToDo) {
  const auto client = Client::Connect("127.0.0.1:1");
  EXPECT_EQ(client.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(client.status().message(),
            "no coordinator answers at 127.0.0.1:1; start one with mote-coordinator or set MOTE_COORDINATOR");
  for (const char* wrong : {"", "localhost", "localhost:", ":80"}) {
    EXPECT_EQ(Client::Connect(wrong).status().code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
}

TEST(Submit, IsRetriedWhileTheCoordinatorStarts) {
  FakeCoordinator fake;
  fake.jobs.BeUnavailable(2);
  const absl::StatusOr<uint64_t> id = fake.client().SubmitJob(Job("x"), "r1");
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(*fake.client().SubmitJob(Job("x"), "r1"), *id);
  EXPECT_NE(*fake.client().SubmitJob(Job("x"), "r2"), *id);
}

TEST(Submit, GivesUpWithTheAddressAndTheRemedy) {
  FakeCoordinator fake({.retry_for = absl::ZeroDuration()});
  fake.jobs.BeUnavailable(1);
  const absl::Status status = fake.client().SubmitJob(Job("x"), "r1").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("fake:1"), HasSubstr("mote-coordinator"), HasSubstr("starting")));
}

TEST(Submit, RefusalsKeepTheirCodeAndMessage) {
  FakeCoordinator fake;
  EXPECT_EQ(fake.client().SubmitJob(v1::JobSpec(), "r1").status(), absl::InvalidArgumentError("stages: is empty"));
}

TEST(ListJobs, ReadsEveryPageAndStopsAtTheLimit) {
  FakeCoordinator fake;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(fake.client().SubmitJob(Job("x"), std::to_string(i)).ok());
  const auto all = fake.client().ListJobs();
  ASSERT_TRUE(all.ok()) << all.status();
  std::vector<uint64_t> ids;
  for (const v1::Job& job : *all) ids.push_back(job.id());
  EXPECT_THAT(ids, ElementsAre(5, 4, 3, 2, 1));
  EXPECT_EQ(fake.client().ListJobs(3)->size(), 3U);
}

TEST(ListBundles, ReadsEveryPage) {
  FakeCoordinator fake;
  const auto bundles = fake.client().ListBundles("", "");
  ASSERT_TRUE(bundles.ok()) << bundles.status();
  std::vector<int64_t> versions;
  for (const v1::Bundle& bundle : *bundles) versions.push_back(bundle.version());
  EXPECT_THAT(versions, ElementsAre(5, 4, 3, 2, 1));
}

TEST(Watch, EndsWithTheJob) {
  FakeCoordinator fake;
  fake.jobs.EndIn(3, v1::JOB_STATE_FAILED);
  const uint64_t id = *fake.client().SubmitJob(Job("x"), "r");
  std::vector<v1::JobState> seen;
  ASSERT_TRUE(fake.client()
                  .WatchJob(id,
                            [&](const v1::Job& job) {
                              seen.push_back(job.state());
                              return true;
                            })
                  .ok());
  EXPECT_THAT(seen,
              ElementsAre(v1::JOB_STATE_RUNNING, v1::JOB_STATE_RUNNING, v1::JOB_STATE_RUNNING, v1::JOB_STATE_FAILED));
}

TEST(Watch, ABrokenStreamIsOpenedAgain) {
  FakeCoordinator fake;
  fake.jobs.EndIn(3, v1::JOB_STATE_SUCCEEDED, /*break_after=*/2);
  const uint64_t id = *fake.client().SubmitJob(Job("x"), "r");
  v1::Job last;
  int seen = 0;
  ASSERT_TRUE(fake.client()
                  .WatchJob(id,
                            [&](const v1::Job& job) {
                              last = job;
                              ++seen;
                              return true;
                            })
                  .ok());
  EXPECT_EQ(last.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_GT(seen, 2);
}

TEST(Watch, StopsWhenTheCallbackSaysSoOrCallsAreCancelled) {
  FakeCoordinator fake;
  fake.jobs.RunForever();
  const uint64_t id = *fake.client().SubmitJob(Job("x"), "r");
  EXPECT_TRUE(fake.client().WatchJob(id, [](const v1::Job&) { return false; }).ok());
  std::thread canceller;
  const absl::Status status = fake.client().WatchJob(id, [&](const v1::Job&) {
    canceller = std::thread([&] { fake.client().CancelCalls(); });
    return true;
  });
  canceller.join();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(fake.client().GetJob(id).status().code(), absl::StatusCode::kCancelled);
}

TEST(Watch, AnUnknownJobIsToldAtOnce) {
  FakeCoordinator fake;
  EXPECT_EQ(fake.client().WatchJob(7, [](const v1::Job&) { return true; }).code(), absl::StatusCode::kNotFound);
}

TEST(Artifacts, SmallContentIsOneBlobAndIsSentOnce) {
  FakeCoordinator fake;
  const absl::StatusOr<ArtifactRef> artifact = fake.client().PutBytes("hello");
  ASSERT_TRUE(artifact.ok()) << artifact.status();
  EXPECT_EQ(*artifact, (ArtifactRef{Sha256("hello"), 5, false}));
  EXPECT_EQ(*fake.client().PutBytes("hello"), *artifact);
  EXPECT_EQ(fake.artifacts.puts(), 1);
  EXPECT_EQ(ReadAll(fake.client(), *artifact), "hello");
  EXPECT_EQ(ReadAll(fake.client(), *fake.client().PutBytes("")), "");
}

TEST(Artifacts, LargeContentIsCutIntoBlobsAndOnlyWhatIsMissingIsSent) {
  FakeCoordinator fake;
  const std::string bytes = Bytes(kBlobBytesMax * 2 + 1000);
  const absl::StatusOr<ArtifactRef> artifact = fake.client().PutBytes(bytes);
  ASSERT_TRUE(artifact.ok()) << artifact.status();
  EXPECT_TRUE(artifact->manifest);
  EXPECT_EQ(artifact->bytes, static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(fake.artifacts.puts(), 4) << "three blobs and the manifest";
  EXPECT_TRUE(ReadAll(fake.client(), *artifact) == bytes);
  std::string other = bytes;
  other.back() ^= 1;
  ASSERT_TRUE(fake.client().PutBytes(other).ok());
  EXPECT_EQ(fake.artifacts.puts(), 6) << "the last blob and another manifest";
}

TEST(Artifacts, AFileIsTheSameArtifactAsItsBytes) {
  std::string path = (std::filesystem::temp_directory_path() / "mote-test-XXXXXX").string();
  close(mkstemp(path.data()));
  const std::string bytes = Bytes(kBlobBytesMax + 5);
  std::ofstream(path, std::ios::binary) << bytes;
  FakeCoordinator fake;
  const absl::StatusOr<ArtifactRef> artifact = fake.client().PutFile(path);
  ASSERT_TRUE(artifact.ok()) << artifact.status();
  EXPECT_EQ(*artifact, *fake.client().PutBytes(bytes));
  EXPECT_EQ(*artifact, *Client::HashFile(path));
  std::filesystem::remove(path);
  EXPECT_EQ(fake.client().PutFile(path).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(fake.client().PutFile("/").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Artifacts, DamageIsFound) {
  FakeCoordinator fake;
  const ArtifactRef artifact = *fake.client().PutBytes("hello");
  fake.artifacts.Damage(artifact.digest);
  const absl::Status status = fake.client().ReadArtifact(artifact, [](std::string_view) { return absl::OkStatus(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace mote::client
