using System.Text;
using MetaMcp.Init.Filesystem;

namespace MetaMcp.Init.Tests.Filesystem;

public sealed class SearchPathTests
{
    private const string Long = "/0123456789";

    [Theory]
    [InlineData("/bin", "/bin/sh")]
    [InlineData("/a:/b/", "/a/sh /b//sh")]
    [InlineData("", "sh")]
    [InlineData(":/a::b:", "sh /a/sh sh b/sh sh")]
    public void Each_directory_gives_a_candidate_and_an_empty_one_means_the_current(string path, string candidates) =>
        Assert.Equal(candidates.Split(' '), Candidates(path, "sh"));

    [Fact]
    public void A_candidate_that_is_longer_than_a_path_may_be_is_passed_over()
    {
        var tooLong = string.Concat(Enumerable.Repeat(Long, SearchPath.MostBytes / Long.Length + 1));
        var longest = tooLong[..(SearchPath.MostBytes - "/sh\0".Length)];
        Assert.Equal([$"{longest}/sh", "/a/sh"], Candidates($"{longest}x:{longest}:{tooLong}:/a", "sh"));
        Assert.Empty(Candidates(":/a", tooLong));
    }

    private static List<string> Candidates(string path, string name)
    {
        var room = new byte[SearchPath.MostBytes];
        var search = new SearchPath(Encoding.UTF8.GetBytes(path), Encoding.UTF8.GetBytes(name), room);
        List<string> found = [];
        while (search.MoveNext())
        {
            found.Add(Encoding.UTF8.GetString(search.Current));
            Assert.Equal(0, room[search.Current.Length]);
        }
        return found;
    }
}
