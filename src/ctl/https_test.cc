// Does dcportalctl trust whom it is told to trust, and say what to do about the others?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/fake_api.h"
#include "rpc/tls_identity.h"
#include "testing/certificates.h"

namespace dcportals::ctl {
namespace {

using ::testing::HasSubstr;

TEST(Https, TrustsTheNamedCa) {
  dcportals::testing::TestCa ca;
  const auto files = ca.issue("IP:127.0.0.1");
  FakeApi api(std::nullopt, *rpc::TlsIdentity::load(files.certificate, files.key));
  api.on("sync.status", "{}");
  const std::vector<std::string> words{"call", "sync.status"};
  EXPECT_EQ(api.run({"call", "sync.status", "--ca-file", ca.file()}).code, ExitCode::kOk);
  EXPECT_EQ(api.run(words, {{"DCPORTALS_CA_FILE", ca.file()}}).code, ExitCode::kOk);
  const Ran untrusted = api.run(words);
  EXPECT_EQ(untrusted.code, ExitCode::kUnreachable);
  EXPECT_THAT(untrusted.err, HasSubstr("certificate is not trusted by the system's CA certificates"));
  EXPECT_THAT(untrusted.err, HasSubstr("--ca-file FILE or DCPORTALS_CA_FILE"));
  const Ran plain = run_words({"status", "--api", "http://127.0.0.1", "--ca-file", ca.file()});
  EXPECT_EQ(plain.code, ExitCode::kUsage);
  EXPECT_EQ(plain.err, "dcportalctl: --ca-file is for https, and the daemon's URL is http://127.0.0.1:8696\n");
}

}  // namespace
}  // namespace dcportals::ctl
