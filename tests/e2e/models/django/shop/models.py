from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower


class Category(models.Model):
    name = models.CharField(max_length=50, unique=True, db_comment="it's one of \"all\" \\ 🐦")

    class Meta:
        db_table_comment = "Categories; it's all"


class Product(models.Model):
    name = models.CharField(max_length=50, db_default="it's \\ \" 🐦")
    slug = models.SlugField()
    price = models.DecimalField(max_digits=8, decimal_places=2)
    gross = models.GeneratedField(expression=F("price") * 2, db_persist=True,
                                  output_field=models.DecimalField(max_digits=9, decimal_places=2))
    categories = models.ManyToManyField(Category)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE)
    owner = models.ForeignKey("auth.User", on_delete=models.PROTECT, related_name="+")
    data = models.JSONField(default=dict)
    made = models.DateTimeField(auto_now_add=True)
    number = models.PositiveIntegerField(db_column="the Number", default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0) & ~Q(name__startswith="a%"), name="dear"),
            models.UniqueConstraint(Lower("name"), name="named_once", condition=Q(slug="it's")),
            models.UniqueConstraint(fields=["slug", "number"], name="later", deferrable=models.Deferrable.DEFERRED),
        ]
        indexes = [models.Index(fields=["slug", "-price"], name="by_slug", include=["name"])]


class Special(Product):
    class Meta:
        db_table = "Special; of 'all'"


class NotOurs(models.Model):
    class Meta:
        managed = False
