"""Changes to the data files, and manual edits of rows, between two runs. Each also updates the model."""

import decimal

from world import labels, price, text, value


def literal(content):
    """Quotes a string as an SQL literal."""
    return "'" + content.replace("'", "''") + "'"


# Changes of the files. Each takes the random generator and the world.


def exchange_places(dice, world):
    chosen = dice.sample(list(world.goods), min(len(world.goods), dice.choice([2, 3, 10, 200])))
    places = [world.goods[key]["place"] for key in chosen]
    dice.shuffle(places)
    for key, place in zip(chosen, places):
        world.goods[key]["place"] = place


def reorder(dice, world):
    keys = list(world.goods)
    dice.shuffle(keys)
    world.goods = {key: world.goods[key] for key in keys}


def reorder_labels(dice, world):
    for key in dice.sample(list(world.goods), 5):
        dice.shuffle(world.goods[key]["labels"])


def new_labels(dice, world):
    # A label that was edited by hand would remain.
    for key in dice.sample([key for key in world.goods if key not in world.untouchable], 5):
        world.goods[key]["labels"] = labels(dice)


def edit_goods(dice, world):
    for key in dice.sample(list(world.goods), 8):
        world.goods[key] |= {"title": text(dice), "price": price(dice), "maker": dice.choice(list(world.makers))}


def respell_keys(dice, world):
    """1.0 becomes 1.00: a different text with the same value."""
    for key in dice.sample(list(world.goods), 8):
        whole, fraction = world.goods[key]["sku"].split(".")
        world.goods[key]["sku"] = whole + "." + (fraction.rstrip("0") or "0") + "0" * dice.randrange(3)


def add_goods(dice, world):
    for _ in range(dice.randrange(1, 12)):
        world.add_good(dice)


def remove_goods(dice, world):
    used = world.noted | {note["sku"] for note in world.notes.values()} | world.untouchable
    stays = world.reviewed | set(world.edited)
    # Kept rows keep their unique value, so the files must not reuse it.
    used |= {key for key in stays & world.goods.keys() if world.goods[key]["place"] != world.present[key]["place"]}
    free = [key for key in world.goods if key not in used]
    for key in dice.sample(free, min(len(free), dice.randrange(1, 12), max(0, len(world.goods) - 40))):
        del world.goods[key]
        if key in stays:
            world.kept[key] = {
                **world.present[key], **world.edited.get(key, {}), "labels": [], "edited": key in world.edited}


def add_makers(dice, world):
    for _ in range(dice.randrange(1, 4)):
        world.add_maker(dice)


def remove_makers(dice, world):
    used = {row["maker"] for row in [*world.goods.values(), *world.kept.values()]} | world.untouchable
    used |= {maker["boss"] for maker in world.makers.values()}
    # They may still be removed from the file and remain in the table.
    used |= {world.present[key]["maker"] for key in world.reviewed | set(world.edited) if key in world.present}
    for code in [code for code in world.makers if code not in used][:3]:
        del world.makers[code]


def edit_makers(dice, world):
    for code in dice.sample(list(world.makers), 4):
        world.makers[code] = {"name": text(dice), "boss": dice.choice([None, *world.makers])}


def add_notes(dice, world):
    for _ in range(dice.randrange(1, 20)):
        world.add_note(dice)


def remove_notes(dice, world):
    free = [key for key in world.notes if key not in world.untouchable]
    for key in dice.sample(free, min(len(free), dice.randrange(20), max(0, len(world.notes) - 60))):
        del world.notes[key]


def edit_notes(dice, world):
    for key in dice.sample(list(world.notes), 10):
        world.notes[key] |= {"body": text(dice), "info": value(dice, 2), "sku": dice.choice([None, *world.goods])}


def edit_points(dice, world):
    for key in dice.sample(list(world.points), dice.choice([1, 20, 400])):
        world.points[key] = [f"{dice.randrange(10**6)}.5", dice.choice([None, text(dice)])]


def add_points(dice, world):
    for _ in range(dice.choice([1, 50, 500])):
        world.add_point(dice)


def remove_points(dice, world):
    free = [key for key in world.points if key not in world.untouchable]
    for key in dice.sample(free, max(0, len(world.points) - 4000)):
        del world.points[key]
        if key in world.present_points:
            world.stale_points[key] = world.present_points[key]


FILE_CHANGES = [
    exchange_places, exchange_places, reorder, reorder_labels, new_labels, edit_goods, respell_keys, add_goods,
    remove_goods, remove_goods, add_makers, remove_makers, edit_makers, add_notes, remove_notes, edit_notes,
    edit_points, add_points, remove_points]


# Manual edits. Each returns SQL. They follow a run directly, so that the rows match the model.


def of_good(key):
    return f"(SELECT id FROM goods WHERE sku = {key})"


def edit_good(dice, world):
    key = dice.choice([key for key in world.goods if key not in world.untouchable])
    title = text(dice)
    world.edited[key] = {"title": title}
    return f"UPDATE goods SET title = {literal(title)} WHERE sku = {key}"


def move_good(dice, world):
    key = dice.choice(list(world.goods))
    world.untouchable.add(key)
    return f"UPDATE goods SET place = place + 100000 WHERE sku = {key}"


def delete_good(dice, world):
    used = world.noted | world.reviewed | set(world.edited)
    key = dice.choice([key for key in world.goods if key not in used] or [decimal.Decimal(-1)])
    world.untouchable.add(key)
    return f"DELETE FROM goods WHERE sku = {key}"


def delete_label(dice, world):
    key = dice.choice(list(world.goods))
    world.untouchable.add(key)
    return f"DELETE FROM good_labels WHERE good_id = {of_good(key)}"


def move_label(dice, world):
    key = dice.choice(list(world.goods))
    world.untouchable.add(key)
    return f"UPDATE good_labels SET place = place + 500 WHERE good_id = {of_good(key)}"


def rename_maker(dice, world):
    code = dice.choice(list(world.makers))
    world.untouchable.add(code)
    return f"UPDATE makers SET name = 'by hand' WHERE code = {literal(code)}"


def edit_note(dice, world):
    key = dice.choice(list(world.notes))
    world.untouchable.add(key)
    return f"UPDATE notes SET body = 'by hand', tags = NULL, at = NULL WHERE id = {key}"


def delete_notes(dice, world):
    keys = dice.sample(list(world.notes), 5)
    world.untouchable.update(keys)
    return f"DELETE FROM notes WHERE id IN ({', '.join(map(str, keys))})"


def spoil_points(dice, world):
    keys = dice.sample(list(world.points), 5)
    world.untouchable.update(keys)
    return f"UPDATE points SET y = 'by hand' WHERE id IN ({', '.join(map(str, keys))})"


def truncate_points(dice, world):
    world.stale_points, world.present_points = {}, {}
    return "TRUNCATE points"


def add_review(dice, world):
    key = dice.choice([key for key in world.goods if key not in world.untouchable])
    world.reviewed.add(key)
    return f"INSERT INTO reviews (good_id, words) SELECT id, 'mine' FROM goods WHERE sku = {key}"


def remove_reviews(dice, world):
    if not world.reviewed:
        return "SELECT 1"
    key = dice.choice(sorted(world.reviewed))
    world.reviewed.discard(key)
    world.check_kept()
    return f"DELETE FROM reviews WHERE good_id = {of_good(key)}"


HAND_EDITS = [
    edit_good, move_good, delete_good, delete_label, move_label, rename_maker, edit_note, delete_notes, spoil_points,
    truncate_points, add_review, remove_reviews]
