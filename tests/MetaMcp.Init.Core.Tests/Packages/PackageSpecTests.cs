using MetaMcp.Init.Core.Packages;

namespace MetaMcp.Init.Core.Tests.Packages;

public sealed class PackageSpecTests
{
    [Theory]
    [InlineData("mcp-server", "mcp-server", null)]
    [InlineData("mcp-server@1.2.3", "mcp-server", "1.2.3")]
    [InlineData("mcp-server@latest", "mcp-server", "latest")]
    [InlineData("mcp-server@^1.2 || 3", "mcp-server", "^1.2 || 3")]
    [InlineData("mcp-server@", "mcp-server", null)]
    [InlineData("@scope/server", "@scope/server", null)]
    [InlineData("@scope/server@2", "@scope/server", "2")]
    [InlineData("Old.Name_with~all", "Old.Name_with~all", null)]
    public void A_package_of_the_npm_registry_is_a_name_and_perhaps_a_version(string text, string name, string? version) =>
        Assert.Equal(new PackageSpec(name, version, true), PackageSpec.Npm(text));

    [Theory]
    [InlineData("user/repository", "repository")]
    [InlineData("github:user/repository#v2", "repository")]
    [InlineData("git+https://git.example/user/repository.git#semver:^1", "repository")]
    [InlineData("git@git.example:user/repository.git", "repository")]
    [InlineData("https://files.example/server-1.2.tgz?x=1", "server-1.2")]
    [InlineData("./server", "server")]
    [InlineData("/srv/server/", "server")]
    [InlineData("server.tgz", "server")]
    [InlineData("name@git+ssh://git.example/x/y", "name")]
    [InlineData("name@npm:other@1", "name")]
    [InlineData("@scope/name@./directory", "@scope/name")]
    public void A_package_from_elsewhere_has_the_name_of_its_place(string text, string name) =>
        Assert.Equal(new PackageSpec(name, null, false), PackageSpec.Npm(text));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../..")]
    [InlineData("/")]
    [InlineData("@scope")]
    [InlineData("@/name")]
    [InlineData("@scope/")]
    [InlineData("@a/b/c\u0001")]
    [InlineData("na\nme")]
    [InlineData("$PACKAGE")]
    [InlineData(".hidden")]
    [InlineData("name with spaces")]
    public void A_text_without_a_name_is_none(string text) => Assert.Null(PackageSpec.Npm(text));

    [Fact]
    public void A_name_has_214_characters_at_most()
    {
        Assert.NotNull(PackageSpec.Npm(new string('a', 214)));
        Assert.Null(PackageSpec.Npm(new string('a', 215)));
        Assert.Null(PackageSpec.Python(new string('a', 215)));
        Assert.Null(PackageSpec.Npm("a/" + new string('b', 2000)));
    }

    [Theory]
    [InlineData("mcp-server-git", "mcp-server-git", null)]
    [InlineData("Mcp_Server.Git", "mcp-server-git", null)]
    [InlineData("mcp-server-git@latest", "mcp-server-git", "latest")]
    [InlineData("mcp-server-git==1.2", "mcp-server-git", "==1.2")]
    [InlineData("mcp-server-git >= 1, < 2", "mcp-server-git", ">= 1, < 2")]
    [InlineData("mypy[reports,faster]==1", "mypy", "==1")]
    [InlineData("mypy[reports]", "mypy", null)]
    public void A_package_of_PyPI_has_the_form_in_which_names_are_compared(string text, string name, string? version) =>
        Assert.Equal(new PackageSpec(name, version, true), PackageSpec.Python(text));

    [Theory]
    [InlineData("git+https://git.example/x/My_Server@v1#subdirectory=y", "my-server")]
    [InlineData("name @ https://files.example/name.whl", "name")]
    [InlineData("./server", "server")]
    [InlineData("dist/server-1.0.whl", "server-1-0")]
    public void A_Python_package_from_elsewhere_has_the_name_of_its_place(string text, string name) =>
        Assert.Equal(new PackageSpec(name, null, false), PackageSpec.Python(text));

    [Theory]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("a\u0000b")]
    [InlineData("")]
    public void A_text_without_a_Python_name_is_none(string text) => Assert.Null(PackageSpec.Python(text));
}
