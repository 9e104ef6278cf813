"""The tables exist already. Columns with a default are left to the server."""

import uuid

from django.db import models


class User(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.TextField(unique=True)
    display_name = models.TextField()
    is_seed = models.BooleanField()

    class Meta:
        db_table = "users"
        managed = False


class Tag(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.TextField(unique=True)

    class Meta:
        db_table = "tags"
        managed = False


class Trace(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    title = models.TextField()
    context_text = models.TextField()
    solution_text = models.TextField()
    status = models.TextField()
    agent_model = models.TextField(null=True)
    agent_version = models.TextField(null=True)
    contributor = models.ForeignKey(User, on_delete=models.CASCADE)
    is_seed = models.BooleanField()
    trust_score = models.FloatField()
    confirmation_count = models.IntegerField()
    tags = models.ManyToManyField(Tag, db_table="trace_tags")

    class Meta:
        db_table = "traces"
        managed = False
