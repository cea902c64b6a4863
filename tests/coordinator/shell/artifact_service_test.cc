#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "mote/v1/artifact_service.grpc.pb.h"
#include "tests/coordinator/shell/rpc_harness.h"

namespace mote::coordinator {
namespace {

class ArtifactServiceTest : public testing::Test {
 protected:
  // Puts `bytes` under `digest` in chunks of `chunk_bytes`.
  grpc::Status Put(std::string digest, const std::string& bytes, size_t chunk_bytes, int64_t* size = nullptr,
                   RpcHarness* harness = nullptr) {
    const auto stub = v1::ArtifactService::NewStub((harness == nullptr ? rpc_ : *harness).channel());
    grpc::ClientContext context;
    v1::PutBlobResponse response;
    const auto writer = stub->PutBlob(&context, &response);
    v1::PutBlobRequest request;
    request.set_digest(std::move(digest));
    size_t at = 0;
    do {
      request.set_chunk(bytes.substr(at, chunk_bytes));
      at += request.chunk().size();
      if (!writer->Write(request)) break;
      request.clear_digest();
    } while (at < bytes.size());
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (size != nullptr) *size = response.size();
    return status;
  }
  grpc::Status Put(const std::string& bytes, size_t chunk_bytes = 1 << 20) {
    return Put(std::string(Sha256(bytes).Raw()), bytes, chunk_bytes);
  }

  grpc::Status Get(const Digest& digest, int64_t offset, int64_t length, std::string* bytes) {
    grpc::ClientContext context;
    v1::GetBlobRequest request;
    request.set_digest(std::string(digest.Raw()));
    request.set_offset(offset);
    request.set_length(length);
    const auto reader = stub_->GetBlob(&context, request);
    v1::GetBlobResponse response;
    bytes->clear();
    while (reader->Read(&response)) {
      EXPECT_LE(response.chunk().size(), size_t{1} << 20);
      bytes->append(response.chunk());
    }
    return reader->Finish();
  }

  RpcHarness rpc_;
  std::unique_ptr<v1::ArtifactService::Stub> stub_ = v1::ArtifactService::NewStub(rpc_.channel());
};

std::string Patterned(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  return bytes;
}

TEST_F(ArtifactServiceTest, BlobsOfAnySizeComeBackAsTheyWerePut) {
  for (const size_t size : {size_t{0}, size_t{1}, (size_t{1} << 20) + 1, size_t{4} << 20}) {
    const std::string bytes = Patterned(size);
    int64_t stored = -1;
    ASSERT_THAT(Put(std::string(Sha256(bytes).Raw()), bytes, 300'000, &stored), GrpcOk());
    EXPECT_EQ(stored, static_cast<int64_t>(size));
    std::string back;
    ASSERT_THAT(Get(Sha256(bytes), 0, 0, &back), GrpcOk());
    EXPECT_EQ(back, bytes);
  }
}

TEST_F(ArtifactServiceTest, ARangeIsReadAlone) {
  const std::string bytes = Patterned(3 << 20);
  ASSERT_THAT(Put(bytes), GrpcOk());
  std::string back;
  ASSERT_THAT(Get(Sha256(bytes), 1'000'000, 1'500'000, &back), GrpcOk());
  EXPECT_EQ(back, bytes.substr(1'000'000, 1'500'000));
  EXPECT_THAT(Get(Sha256(bytes), 1, 3 << 20, &back), GrpcFails(grpc::StatusCode::OUT_OF_RANGE, "leaves blob"));
}

TEST_F(ArtifactServiceTest, WhatTheSenderGotWrongIsInvalid) {
  EXPECT_THAT(Put(std::string(Sha256("a").Raw()), "b", 1), GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "mend"));
  EXPECT_THAT(Put("short", "b", 1), GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "32 bytes"));
  EXPECT_THAT(Put(Patterned((1 << 20) + 1), 2 << 20), GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "chunk"));
  EXPECT_THAT(Put(Patterned((4 << 20) + 1)), GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "manifest"));
}

TEST_F(ArtifactServiceTest, AStreamWithoutAMessageIsInvalid) {
  grpc::ClientContext context;
  v1::PutBlobResponse response;
  const auto writer = stub_->PutBlob(&context, &response);
  writer->WritesDone();
  EXPECT_THAT(writer->Finish(), GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "digest"));
}

TEST_F(ArtifactServiceTest, ABlobThatWasNeverPutIsNotFound) {
  std::string back;
  EXPECT_THAT(Get(Sha256("absent"), 0, 0, &back), GrpcFails(grpc::StatusCode::NOT_FOUND, Sha256("absent").Hex()));
}

TEST_F(ArtifactServiceTest, ABlobThatRottedOnTheDiskIsDataLoss) {
  ASSERT_THAT(Put("hello"), GrpcOk());
  const std::string hex = Sha256("hello").Hex();
  std::ofstream(rpc_.dir() / ("artifacts/" + hex.substr(0, 2) + "/" + hex)) << "hellO";
  std::string back;
  EXPECT_THAT(Get(Sha256("hello"), 0, 0, &back), GrpcFails(grpc::StatusCode::DATA_LOSS, hex));
  EXPECT_EQ(back, "");
}

TEST_F(ArtifactServiceTest, BelowTheReserveNothingIsTakenAndReadsGoOn) {
  RpcHarness full(std::numeric_limits<int64_t>::max());
  EXPECT_THAT(Put(std::string(Sha256("a").Raw()), "a", 1, nullptr, &full),
              GrpcFails(grpc::StatusCode::RESOURCE_EXHAUSTED, "--disk-reserve"));
  ASSERT_TRUE(full.store().Put(Sha256("a"), "a", true).ok());
  const auto stub = v1::ArtifactService::NewStub(full.channel());
  grpc::ClientContext context;
  v1::GetBlobRequest request;
  request.set_digest(std::string(Sha256("a").Raw()));
  const auto reader = stub->GetBlob(&context, request);
  v1::GetBlobResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.chunk(), "a");
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_THAT(reader->Finish(), GrpcOk());
}

TEST_F(ArtifactServiceTest, OnlyMissingBlobsAreNamed) {
  ASSERT_THAT(Put("here"), GrpcOk());
  v1::FindMissingBlobsRequest request;
  for (const char* bytes : {"one", "here", "two"}) request.add_digests(std::string(Sha256(bytes).Raw()));
  v1::FindMissingBlobsResponse response;
  grpc::ClientContext context;
  ASSERT_THAT(stub_->FindMissingBlobs(&context, request, &response), GrpcOk());
  EXPECT_THAT(response.missing(), testing::ElementsAre(Sha256("one").Raw(), Sha256("two").Raw()));
}

TEST_F(ArtifactServiceTest, TooManyOrMalformedDigestsAreInvalid) {
  v1::FindMissingBlobsRequest request;
  request.add_digests("short");
  v1::FindMissingBlobsResponse response;
  grpc::ClientContext first;
  EXPECT_THAT(stub_->FindMissingBlobs(&first, request, &response),
              GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "32 bytes"));
  request.clear_digests();
  for (int i = 0; i < 4097; ++i) request.add_digests(std::string(32, 'x'));
  grpc::ClientContext second;
  EXPECT_THAT(stub_->FindMissingBlobs(&second, request, &response),
              GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "4096"));
}

}  // namespace
}  // namespace mote::coordinator
