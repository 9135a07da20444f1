using MetaMcp.Init.Core.Shims;

namespace MetaMcp.Init.Core.Tests.Shims;

public sealed class PathListTests
{
    [Theory]
    [InlineData("/run/mcp-init/shims:/usr/bin:/bin", "/usr/bin:/bin")]
    [InlineData("/usr/bin:/run/mcp-init/shims/:/bin:/run/mcp-init/shims", "/usr/bin:/bin")]
    [InlineData("/run/mcp-init/shims", "")]
    [InlineData(":/run/mcp-init/shims:", ":")]
    public void Our_directory_is_taken_out_wherever_it_stands(string path, string left) =>
        Assert.Equal(left, PathList.Without(path, "/run/mcp-init/shims"));

    [Theory]
    [InlineData("/usr/bin:/bin")]
    [InlineData("/run/mcp-init/shims2:/bin")]
    [InlineData("/x/run/mcp-init/shims:/bin")]
    [InlineData("")]
    public void A_path_without_it_may_stay_byte_for_byte(string path) => Assert.Null(PathList.Without(path, "/run/mcp-init/shims"));

    [Theory]
    [InlineData("npx", true)]
    [InlineData("uvx", true)]
    [InlineData("node", false)]
    public void A_package_runner_is_known_by_its_name(string program, bool isOne) => Assert.Equal(isOne, PackageRunners.Has(program));
}
