using MetaMcp.Init.Connecting;

namespace MetaMcp.Init.Tests.Connecting;

public sealed class DirectorySearchTests
{
    private readonly List<string> _directories = ["/a", "/b", "@c"];

    private readonly HashSet<string> _there = ["/a", "/b", "@c"];

    private DirectorySearch Search => new(_directories, "/usual", _there.Contains);

    private static List<string> All(DirectorySearch search)
    {
        List<string> all = [search.Current];
        while (search.GoOn())
            all.Add(search.Current);
        return all;
    }

    [Fact]
    public void Each_question_without_an_answer_looks_everywhere_again()
    {
        var search = Search;
        for (var question = 0; question < 3; question++)
        {
            search.Begin();
            Assert.Equal(["/a", "/b", "@c"], All(search));
        }
    }

    [Fact]
    public void One_question_goes_through_all_without_being_begun()
    {
        Assert.Equal(["/a", "/b", "@c"], All(Search));
        _directories.Clear();
        Assert.Equal(["/usual"], All(Search));
    }

    /// <summary>One connect that fails, of an init that is frozen or has too many clients, leads to no other init.</summary>
    [Fact]
    public void The_directory_that_worked_is_the_only_one_while_its_socket_is_there()
    {
        var search = Search;
        Assert.True(search.GoOn());
        search.Keep();
        for (var question = 0; question < 3; question++)
        {
            search.Begin();
            Assert.Equal(["/b"], All(search));
        }
    }

    [Fact]
    public void One_whose_socket_is_gone_is_kept_no_longer()
    {
        var search = Search;
        search.Keep();
        search.Begin();
        _ = (_directories.Remove("/a"), _there.Remove("/a"));
        Assert.Equal(["/a", "/b", "@c"], All(search));
        search.Begin();
        Assert.Equal(["/b", "@c"], All(search));
    }
}
