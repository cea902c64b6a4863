// What every gRPC tool expects of a server: it says what it serves, and how it is.
#include <grpcpp/generic/generic_stub.h>

#include <vector>

#include "tests/coordinator/shell/rpc_harness.h"

namespace mote::coordinator {
namespace {

using ::testing::HasSubstr;

// One message sent, one answered; both as bytes, as a tool without our protos sees them.
std::string Exchange(grpc::Channel& channel, const std::string& method, const std::string& request) {
  grpc::GenericStub stub(std::shared_ptr<grpc::Channel>(&channel, [](grpc::Channel*) {}));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  grpc::CompletionQueue queue;
  void* tag;
  bool ok = false;
  const auto stream = stub.PrepareCall(&context, method, &queue);
  const auto step = [&] { return queue.Next(&tag, &ok) && ok; };
  stream->StartCall(nullptr);
  if (!step()) return "the call did not start";
  const grpc::Slice slice(request);
  stream->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
  if (!step()) return "the request was not taken";
  grpc::ByteBuffer answer;
  stream->Read(&answer, nullptr);
  const bool answered = step();
  grpc::Status status;
  stream->Finish(&status, nullptr);
  if (!step() || !answered) return "no answer: " + status.error_message();
  std::vector<grpc::Slice> slices;
  if (!answer.Dump(&slices).ok()) return "the answer cannot be read";
  std::string bytes;
  for (const grpc::Slice& piece : slices) bytes.append(piece.begin(), piece.end());
  return bytes;
}

// ServerReflectionRequest{list_services: "*"} and {file_containing_symbol: …}.
constexpr char kReflect[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
const std::string kListServices("\x3a\x01*", 3);
const std::string kDescribeWorkers("\x22\x15mote.v1.WorkerService", 23);

TEST(RpcServer, ReflectionNamesTheServicesAndTheirMessages) {
  RpcHarness harness;
  const std::string services = Exchange(*harness.channel(), kReflect, kListServices);
  for (const char* service :
       {"mote.v1.JobService", "mote.v1.WorkerService", "mote.v1.ArtifactService", "grpc.health.v1.Health"}) {
    EXPECT_THAT(services, HasSubstr(service));
  }
  EXPECT_THAT(Exchange(*harness.channel(), kReflect, kDescribeWorkers), HasSubstr("mote/v1/worker_service.proto"));
}

TEST(RpcServer, HealthIsServingUntilItStops) {
  RpcHarness harness;
  const std::string check = "/grpc.health.v1.Health/Check";
  EXPECT_EQ(Exchange(*harness.channel(), check, ""), std::string("\x08\x01", 2));  // SERVING
  harness.server().BeginStop();
  EXPECT_EQ(Exchange(*harness.channel(), check, ""), std::string("\x08\x02", 2));  // NOT_SERVING
}

TEST(RpcServer, APortInUseIsNamedWithTheReason) {
  RpcHarness rpc;
  RpcServer first(BuiltinPlanners(), rpc.store(), rpc.ledger(), [](const std::vector<Command>&) { return false; });
  const absl::StatusOr<std::string> address = first.Start("127.0.0.1:0");
  ASSERT_TRUE(address.ok()) << address.status();
  RpcServer second(BuiltinPlanners(), rpc.store(), rpc.ledger(), [](const std::vector<Command>&) { return false; });
  const absl::Status refused = second.Start(*address).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(refused.message()), HasSubstr(*address));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("Address already in use"));
}

}  // namespace
}  // namespace mote::coordinator
