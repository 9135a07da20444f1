using MetaMcp.Init.EndToEnd.Harness;

namespace MetaMcp.Init.EndToEnd.Verbs;

/// <summary>Things that a static file must not contain.</summary>
public sealed class BinaryTests
{
    [Theory]
    [InlineData("libssl")]
    [InlineData("libcrypto")]
    [InlineData("libicu")]
    [InlineData("libgssapi")]
    public void It_names_no_library_to_load(string library)
    {
        // dlopen in a static program loads a second C library, and crashes sooner or later.
        Assert.Equal(-1, File.ReadAllBytes(Files.Binary).AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(library)));
    }
}
