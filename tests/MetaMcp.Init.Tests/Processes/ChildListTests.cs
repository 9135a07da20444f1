using System.Globalization;
using MetaMcp.Init.Processes;
using MetaMcp.Init.Spawning;

namespace MetaMcp.Init.Tests.Processes;

/// <summary>Real children of a thread that has no other children.</summary>
public sealed unsafe class ChildListTests
{
    [Fact]
    public void Only_those_that_came_since_are_seen_again() => OnItsThread(list =>
    {
        Assert.Empty(New(list));
        var children = Enumerable.Range(0, 5).Select(_ => Start()).ToList();
        Assert.Equal(children, New(list));
        Assert.Empty(New(list));
        Assert.Equal(children, All(list));
        Assert.Empty(New(list));
        children.Add(Start());
        Assert.Equal(children[^1..], New(list));
    });

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void None_is_passed_over_when_others_were_collected(int ended) => OnItsThread(list =>
    {
        var children = Enumerable.Range(0, 5).Select(_ => Start()).ToList();
        Assert.Equal(children, New(list));
        RealChild.Kill(children[ended]);
        list.Collected(children[ended]);
        // A child that was in no list ends, which changes nothing.
        var unseen = Start();
        var late = Start();
        RealChild.Kill(unseen);
        list.Collected(unseen);
        Assert.Equal([late], New(list));
        Assert.Empty(New(list));
    });

    [Fact]
    public void Where_the_position_is_wrong_all_are_read() => OnItsThread(list =>
    {
        var children = Enumerable.Range(0, 5).Select(_ => Start()).ToList();
        Assert.Equal(children, New(list));
        // The list is told that a child was collected which is still there.
        list.Collected(children[0]);
        children.Add(Start());
        Assert.Equal(children, New(list).TakeLast(children.Count));
        Assert.Empty(New(list));
    });

    private static List<int> New(ChildList list)
    {
        var found = new List<int>();
        Assert.True(list.ForEachNew(found.Add));
        return found;
    }

    private static List<int> All(ChildList list)
    {
        var found = new List<int>();
        Assert.True(list.ForEach(found.Add));
        return found;
    }

    private static void OnItsThread(Action<ChildList> test)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            var self = int.Parse(
                Path.GetFileName(File.ResolveLinkTarget("/proc/thread-self", returnFinalTarget: false)!.FullName),
                CultureInfo.InvariantCulture);
            var list = new ChildList(self);
            try
            {
                test(list);
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }
            All(list).ForEach(RealChild.Kill);
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            throw new InvalidOperationException(failure.Message, failure);
    }

    private static int Start()
    {
        using var path = new NativeStrings(["/bin/sleep"]);
        using var words = new NativeStrings(["sleep", "60"]);
        using var environment = new NativeStrings([]);
        var request =
            new SpawnRequest { Path = path.Pointer[0], Arguments = words.Pointer, Environment = environment.Pointer,
            Group = SpawnGroup.Session };
        Assert.True(Spawner.Spawn(request, out var pid).IsSuccess);
        return pid;
    }
}
