using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Verbs;

/// <summary>What one static file must not have in it.</summary>
public sealed class BinaryTests
{
    [Theory]
    [InlineData("libssl")]
    [InlineData("libcrypto")]
    [InlineData("libicu")]
    [InlineData("libgssapi")]
    public void It_names_no_library_to_load(string library)
    {
        // dlopen in a static program brings a second C library, and crashes sooner or later.
        Assert.Equal(-1, File.ReadAllBytes(Files.Binary).AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(library)));
    }
}
