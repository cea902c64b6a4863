// Blobs that travel compressed to and from the coordinator, and frames of somebody who lies.
#include <gtest/gtest.h>
#include <zstd.h>

#include <fstream>

#include "common/artifact.h"
#include "common/transfer/blob_encoding.h"
#include "mote/v1/artifact_service.grpc.pb.h"
#include "tests/coordinator/shell/rpc_harness.h"

namespace mote::coordinator {
namespace {

std::string Rows(size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) text += std::to_string(i) + ",own,good\n";
  return text.substr(0, bytes);
}

std::string Noise(size_t bytes) {
  std::string noise;
  for (int i = 0; noise.size() < bytes; ++i) noise += Sha256(std::to_string(i)).Raw();
  return noise.substr(0, bytes);
}

struct Got {
  grpc::Status status;
  std::string bytes;
  v1::BlobEncoding encoding = v1::BLOB_ENCODING_UNSPECIFIED;
  int64_t encode_ns = 0;
};

class CompressedBlobsTest : public testing::Test {
 protected:
  grpc::Status Put(const std::string& digest, const std::string& bytes, v1::BlobEncoding encoding) {
    grpc::ClientContext context;
    const auto writer = stub_->PutBlob(&context, &response_);
    v1::PutBlobRequest request;
    request.set_digest(digest);
    request.set_encoding(encoding);
    request.set_chunk(bytes);
    writer->Write(request);
    writer->WritesDone();
    return writer->Finish();
  }
  grpc::Status PutFrame(const std::string& plain, const std::string& frame) {
    return Put(std::string(Sha256(plain).Raw()), frame, v1::BLOB_ENCODING_ZSTD);
  }
  void Store(const std::string& bytes) { ASSERT_TRUE(rpc_.store().Put(Sha256(bytes), bytes, false).ok()); }

  Got Get(const v1::GetBlobRequest& request) {
    grpc::ClientContext context;
    const auto reader = stub_->GetBlob(&context, request);
    v1::GetBlobResponse response;
    Got got;
    for (bool first = true; reader->Read(&response); first = false) {
      if (first) got.encoding = response.encoding();
      if (first) got.encode_ns = response.encode_ns();
      got.bytes += response.chunk();
    }
    got.status = reader->Finish();
    return got;
  }
  static v1::GetBlobRequest Want(const std::string& bytes, bool zstd) {
    v1::GetBlobRequest request;
    request.set_digest(std::string(Sha256(bytes).Raw()));
    request.set_reader_verifies(true);
    if (zstd) request.add_accept(v1::BLOB_ENCODING_ZSTD);
    return request;
  }

  RpcHarness rpc_;
  std::unique_ptr<v1::ArtifactService::Stub> stub_ = v1::ArtifactService::NewStub(rpc_.channel());
  v1::PutBlobResponse response_;
};

TEST_F(CompressedBlobsTest, WhoTakesFramesGetsOne) {
  const std::string bytes = Rows(kBlobBytesMax);
  Store(bytes);
  const Got got = Get(Want(bytes, true));
  ASSERT_THAT(got.status, GrpcOk());
  EXPECT_EQ(got.encoding, v1::BLOB_ENCODING_ZSTD);
  EXPECT_GT(got.encode_ns, 0);
  EXPECT_LT(got.bytes.size(), bytes.size() / 2);
  EXPECT_EQ(*DecompressBlob(got.bytes, kBlobBytesMax), bytes);
}

TEST_F(CompressedBlobsTest, WhoDoesNotOrWantsARangeGetsPlainBytes) {
  const std::string bytes = Rows(100'000);
  Store(bytes);
  EXPECT_EQ(Get(Want(bytes, false)).bytes, bytes);
  v1::GetBlobRequest range = Want(bytes, true);
  range.set_offset(1000);
  range.set_length(50'000);
  EXPECT_EQ(Get(range).bytes, bytes.substr(1000, 50'000));
}

TEST_F(CompressedBlobsTest, WhatDoesNotGetSmallerTravelsPlainAndSaysWhatTryingCost) {
  const std::string bytes = Noise(1'000'000);
  Store(bytes);
  const Got got = Get(Want(bytes, true));
  EXPECT_EQ(got.encoding, v1::BLOB_ENCODING_UNSPECIFIED);
  EXPECT_GT(got.encode_ns, 0);
  EXPECT_EQ(got.bytes, bytes);
}

TEST_F(CompressedBlobsTest, AFrameIsStoredAsItsBytes) {
  const std::string bytes = Rows(2'000'000);
  ASSERT_THAT(PutFrame(bytes, *CompressBlob(bytes)), GrpcOk());
  EXPECT_EQ(response_.size(), 2'000'000);
  EXPECT_THAT(response_.accept(), testing::Contains(v1::BLOB_ENCODING_ZSTD));
  EXPECT_EQ(rpc_.store().Get(Sha256(bytes), 0, 0)->bytes(), bytes);
}

TEST_F(CompressedBlobsTest, AFrameOfOtherBytesThanItsDigestIsRefused) {
  EXPECT_THAT(PutFrame("other bytes", *CompressBlob(Rows(100'000))),
              GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "has the digest"));
}

TEST_F(CompressedBlobsTest, ABombIsRefusedAndNothingIsStored) {
  const std::string zeros(size_t{64} << 20, '\0');
  std::string bomb(ZSTD_compressBound(zeros.size()), '\0');
  bomb.resize(ZSTD_compress(bomb.data(), bomb.size(), zeros.data(), zeros.size(), 3));
  EXPECT_THAT(PutFrame(zeros, bomb), GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "at most 4194304 are allowed"));
  EXPECT_FALSE(rpc_.store().Has(Sha256(zeros)));
}

TEST_F(CompressedBlobsTest, WhatIsNoFrameOrOfAnotherEncodingIsRefused) {
  const std::string bytes = Rows(100'000);
  EXPECT_THAT(PutFrame(bytes, bytes), GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "no zstd frame"));
  EXPECT_THAT(Put(std::string(Sha256(bytes).Raw()), bytes, static_cast<v1::BlobEncoding>(7)),
              GrpcFails(grpc::StatusCode::INVALID_ARGUMENT, "encoding 7"));
}

TEST_F(CompressedBlobsTest, AReaderThatVerifiesIsSentWhatLiesThereAndMayHaveItChecked) {
  Store("hello");
  const std::string hex = Sha256("hello").Hex();
  std::ofstream(rpc_.dir() / ("artifacts/" + hex.substr(0, 2) + "/" + hex)) << "hellO";
  EXPECT_EQ(Get(Want("hello", true)).bytes, "hellO");
  v1::GetBlobRequest checked = Want("hello", true);
  checked.set_reader_verifies(false);
  EXPECT_THAT(Get(checked).status, GrpcFails(grpc::StatusCode::DATA_LOSS, hex));
}

}  // namespace
}  // namespace mote::coordinator
