// A worker that meets a coordinator of another version.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "mote/v1/worker_service.grpc.pb.h"
#include "tests/testing/process.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Refuses every session, as a coordinator of another version does.
class Refusal final : public mote::v1::WorkerService::Service {
 public:
  grpc::Status Session(grpc::ServerContext*,
                       grpc::ServerReaderWriter<mote::v1::SessionResponse, mote::v1::SessionRequest>* stream) override {
    mote::v1::SessionRequest hello;
    stream->Read(&hello);
    return {grpc::StatusCode::FAILED_PRECONDITION, "this is version 99.0.0; install the same version on both sides"};
  }
};

TEST(RefusedWorker, EndsAndSaysWhatToInstallAndLeavesNoEngine) {
  Refusal service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);
  const std::string dir = MakeTempDir();
  const std::string store = absl::StrCat(dir, "/store");
  const Outcome outcome = mote::testing::Run({absl::StrCat(MOTE_BIN_DIR, "/mote-worker"), "--coordinator",
                                              absl::StrCat("127.0.0.1:", port), "--store-dir", store},
                                             dir, absl::Seconds(20));
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(absl::StrCat(outcome.out, outcome.err), HasSubstr("install the same version on both sides"));
  EXPECT_THAT(ProcessesNaming(store), IsEmpty());
}

}  // namespace
}  // namespace mote::testing
